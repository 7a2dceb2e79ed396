#!/bin/sh
# Builds the image without an engine and runs it: build_image.sh TREE FOLDER
#
# As root, with Debian's buildah and debootstrap. The base is a Debian of the same release with its
# Python, under the name of the base that the Dockerfile asks for. Wheels are fetched on the host,
# because only it knows how this machine reaches a package index.
set -eu
tree=$1
work=$2
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
release=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
    sed -n -e 's/^URIs: *\([^ ]*\).*/\1/p' -e 's/^deb \(\[[^]]*\] \)\?\([^ ]*\).*/\2/p' | head -n 1)
base=$(sed -n 's/^ARG BASE=//p' "$tree/Dockerfile")

buildah() { command buildah --root "$work/storage" --runroot "$work/run" "$@"; }

echo "== base: $release as $base"
debootstrap --variant=minbase --include=python3,python3-venv,python3-pip,ca-certificates \
    "$release" "$work/base" "$mirror" >"$work/debootstrap.log"
container=$(buildah from scratch)
buildah add --quiet "$container" "$work/base" / >/dev/null
buildah commit --quiet "$container" "$base" >/dev/null
buildah rm "$container" >/dev/null
rm -rf "$work/base"

echo "== wheels"
/usr/bin/python3 -m venv "$work/tools"
"$work/tools/bin/pip" wheel --quiet --constraint "$tree/deploy/constraints.txt" \
    --wheel-dir "$work/wheels" "$tree" 'setuptools>=77'
rm -f "$work"/wheels/solix_exporter-*.whl
printf '[global]\nno-index = true\nfind-links = /wheels\n' >"$work/pip.conf"

build() {
    buildah bud --quiet --pull-never --format docker --timestamp 0 --no-cache \
        --volume "$work/wheels:/wheels:ro" --volume "$work/pip.conf:/etc/pip.conf:ro" \
        --tag "$1" "$tree" >/dev/null
    command buildah --root "$work/storage" --runroot "$work/run" inspect --type image \
        --format '{{range .OCIv1.RootFS.DiffIDs}}{{.}} {{end}}' "$1"
}

echo "== two builds"
first=$(build solix-exporter:first)
second=$(build solix-exporter:second)
[ "$first" = "$second" ] && echo "the same layers twice"
echo "$(buildah inspect --type image --format \
    '{{.Docker.Config.User}} {{.Docker.Config.Healthcheck.Test}}' solix-exporter:first)"

echo "== run"
container=$(buildah from --pull-never solix-exporter:first)
buildah run "$container" -- solix-exporter --version
buildah run "$container" -- sh -c '
    id -u
    touch /opt/solix/x 2>/dev/null && echo "the program can be written"
    touch /var/lib/solix-exporter/x && echo "the state can be written"
    solix-exporter demo --web.listen-address=127.0.0.1:7654 >/tmp/demo.log 2>&1 & demo=$!
    for _ in $(seq 100); do grep -q simulated /tmp/demo.log && break; sleep 0.1; done
    python3 /opt/solix/healthcheck.py && echo "healthy"
    kill $demo; wait $demo; echo "ended with $?"'
