"""Words, icons and charts of the screens. They read values and draw; they ask the database nothing."""
