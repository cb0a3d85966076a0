#!/usr/bin/env bash
# infra/images/debian-base.sh [IMAGE]: makes a base image of Debian and this machine's Node 24 and npm, by debootstrap and
# buildah as root. It stands in for node:24-slim where no image registry is reached.
set -euo pipefail
cd "$(dirname "$0")/../.."

image=${1:-localhost/ksbb/node:24-debian}
npm=/usr/local/lib/node_modules/npm
# As root buildah then needs no daemon and no user namespace.
export BUILDAH_ISOLATION=${BUILDAH_ISOLATION:-chroot} STORAGE_DRIVER=${STORAGE_DRIVER:-vfs}

say() { echo "[base] $1"; }
for program in buildah debootstrap npm; do
  command -v "$program" >/dev/null && continue
  say "this needs $program; docker and podman fetch node:24-slim by themselves"
  exit 1
done

dir=$(mktemp -d)
container=
cleanup() {
  [ -z "$container" ] || buildah rm "$container" >/dev/null
  rm -rf "$dir"
}
trap cleanup EXIT

say "unpacking Debian"
debootstrap --variant=minbase --include=ca-certificates bookworm "$dir/debian"
rm -rf "$dir"/debian/var/{cache/apt/archives,lib/apt/lists} "$dir"/debian/usr/share/{doc,man,locale}

say "making $image"
container=$(buildah from scratch)
buildah copy "$container" "$dir/debian" /
buildah copy "$container" node_modules/node/bin/node /usr/local/bin/node
# The npm on the PATH is a link to bin/npm-cli.js in its own folder.
buildah copy "$container" "$(dirname "$(dirname "$(realpath "$(command -v npm)")")")" "$npm"
buildah run "$container" -- ln -s "$npm/bin/npm-cli.js" /usr/local/bin/npm
path=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
buildah config --env "PATH=$path" --cmd node "$container"
buildah commit "$container" "$image"
say "build on it by: npm run images -- --base $image"
