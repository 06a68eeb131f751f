#!/usr/bin/env bash
# Brings in what this machine lacks: `setup.sh run` for the server, `setup.sh test` for every test too.
# As root on Debian or Ubuntu it installs; elsewhere it prints the command and goes on with what is there.
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:?"usage: scripts/setup.sh run|test"}

packages=()

main() {
    command -v cargo >/dev/null || stop "Rust is missing. Install it with rustup, then open a new shell."
    need cc build-essential
    need pkg-config pkg-config
    pkg-config --exists opus 2>/dev/null || packages+=(libopus-dev)
    need espeak-ng espeak-ng
    if [ "$purpose" = test ]; then
        need faketime faketime
        need ffmpeg ffmpeg
        need nginx nginx
        need redis-server redis-server
        need chromium chromium
        # The pictures of the pages need Chinese letters; nobody is asked to install them.
        [ "$(id -u)" != 0 ] || [ -n "$(fc-list :lang=zh 2>/dev/null)" ] || packages+=(fonts-noto-cjk)
        need pocketsphinx_continuous pocketsphinx
        [ -d /usr/share/pocketsphinx/model/en-us ] || packages+=(pocketsphinx-en-us)
        compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || need initdb postgresql
        need python3 python3
        python3 -c 'import ensurepip' 2>/dev/null || packages+=(python3-venv)
    fi
    [ ${#packages[@]} -eq 0 ] || install_packages
    [ "$purpose" != test ] || install_test_clients
}

need() { # program package
    command -v "$1" >/dev/null || packages+=("$2")
}

install_packages() {
    local apt="apt-get install -y --no-install-recommends"
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        printf 'Not installed here: %s\nOn Debian or Ubuntu: sudo %s %s\n' "${packages[*]}" "$apt" "${packages[*]}"
        return
    fi
    printf 'Installing %s\n' "${packages[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq || true
    # One package that this release does not have must not cost the others.
    $apt "${packages[@]}" >/dev/null && return
    for package in "${packages[@]}"; do
        $apt "$package" >/dev/null || printf 'Could not install %s\n' "$package"
    done
}

# What cannot be installed is not tested, and is counted as skipped there.
install_test_clients() {
    install_python_clients || printf 'The Python clients could not be installed.\n'
    scripts/has-node.sh || return 0
    scripts/npm-install.sh e2e || printf 'The Node clients could not be installed.\n'
}

install_python_clients() {
    local python=target/python
    ! cmp -s e2e/requirements.txt "$python/requirements.txt" || return 0
    python3 -m venv --clear "$python" &&
        "$python/bin/pip" install --quiet --requirement e2e/requirements.txt &&
        cp e2e/requirements.txt "$python/"
}

stop() {
    printf '%s\n' "$1" >&2
    exit 1
}

main
