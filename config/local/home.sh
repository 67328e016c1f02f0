# Read by the other scripts. A service account or `env -i` may leave no usable home: caches then go to build/home.
if [ -z "${HOME:-}" ] || [ ! -d "${HOME:-}" ] || [ ! -w "${HOME:-}" ]; then
    HOME=$PWD/build/home
    mkdir -p "$HOME"
fi
export HOME
