#!/bin/sh
# Makes the Python environments that the tests use: .venv and two others beside it, at the top of the repository.
# Does nothing if they are complete.
set -eu
cd "$(dirname "$0")/../.."

# environment FOLDER REQUIREMENTS [OPTION OF PIP...]
environment() {
    folder=$1
    requirements=$2
    shift 2
    if cmp -s "$requirements" "$folder/requirements.installed" && "$folder/bin/python" --version >/dev/null 2>&1; then
        return
    fi
    echo "clients: installing $requirements into $folder"
    python3 -m venv "$folder" || {
        echo "clients: python3 -m venv failed; on Debian: apt-get install python3-venv" >&2
        exit 1
    }
    "$folder/bin/pip" install -q --disable-pip-version-check "$@" -r "$requirements" || {
        echo "clients: pip could not install $requirements; the tests of third-party clients need them" >&2
        exit 1
    }
    cp "$requirements" "$folder/requirements.installed"
}

environment .venv Tests/PythonClients/requirements.txt
environment .venv-phx-events Tests/PythonClients/requirements-phx-events.txt --no-deps
environment .venv-openapi Tests/System/requirements-openapi.txt
