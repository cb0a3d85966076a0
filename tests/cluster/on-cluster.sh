#!/usr/bin/env bash
# Runs `npm run e2e:k8s` on a Kubernetes of its own:  tests/cluster/on-cluster.sh FOLDER SECONDS
# FOLDER holds build.sh, up.sh, load-image.sh and down.sh, which make, start, fill and end a one-node cluster; SECONDS is how
# long all of it may take. Where there is no such folder, or it starts none, this says so in one line and ends well: only
# the tests themselves fail it. Builds on a base image of this machine's own (infra/images/debian-base.sh).
set -uo pipefail
cd "$(dirname "$0")/../.."

tools=$1
PATH=$PWD/node_modules/.bin:$PATH
deadline=$((SECONDS + $2))
base=localhost/ksbb/node:24-debian
logs=.run/on-cluster
# The least time that the donation and the load under each step take. With less time left nothing is begun.
LEAST_SECONDS=420

without() {
  echo "e2e:k8s: not run, $1"
  exit 0
}
left() { echo $((deadline - SECONDS)); }
within() { timeout --kill-after=30 "$(left)" "$@"; }

port_taken() { (exec 3<>/dev/tcp/127.0.0.1/6443) 2>/dev/null; }

[ -f "$tools/up.sh" ] || without "there is no cluster tool here"
[ "$(id -u)" -eq 0 ] || without "the cluster tool needs root"
port_taken && without "a cluster that is not ours runs on this machine"
mkdir -p "$logs"
echo "> cluster"
within bash "$tools/build.sh" >"$logs/build.log" 2>&1 </dev/null || without "the cluster's programs could not be built ($logs/build.log)"
command -v debootstrap >/dev/null || DEBIAN_FRONTEND=noninteractive apt-get install -y -qq debootstrap >"$logs/debootstrap.log" 2>&1 || without "debootstrap could not be installed ($logs/debootstrap.log)"
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
buildah inspect --type image "$base" >/dev/null 2>&1 || within infra/images/debian-base.sh "$base" >"$logs/base.log" 2>&1 || without "the base image could not be made ($logs/base.log)"
export KSBB_BASE_IMAGE=$base KSBB_IMAGE_LOADER="bash $tools/load-image.sh"
[ "$(left)" -ge "$LEAST_SECONDS" ] || without "$(left) s are left"

# Fresh, whatever an earlier one left.
trap 'bash "$tools/down.sh" --purge >/dev/null 2>&1' EXIT
bash "$tools/down.sh" --purge >/dev/null 2>&1
within bash "$tools/up.sh" >"$logs/up.log" 2>&1 </dev/null || without "the cluster does not start ($logs/up.log)"
# A bridge takes the lowest address of its ports unless its own address is set. With each pod that comes or goes it could
# get another, and the pods that know the old one reach nothing for seconds.
ip link show cni0 >/dev/null 2>&1 && ip link set cni0 address "$(cat /sys/class/net/cni0/address)"
KUBECONFIG=$(sed -n 's/^export KUBECONFIG=//p' "$logs/up.log")
export KUBECONFIG
echo "> npm run e2e:k8s"
within npm run e2e:k8s
