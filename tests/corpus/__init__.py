"""A corpus of files for the inspection: hostile ones are generated, genuine ones generated or kept as samples."""
