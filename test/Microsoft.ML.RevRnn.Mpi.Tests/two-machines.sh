#!/usr/bin/env bash
# The same training in one process, on two ranks of MPICH, and on two ranks of Open MPI in two network namespaces, each with a host name of its own, over TCP: prints "same bits" if the
# models are. It needs root, iproute2, openmpi-bin, mpich and a build of the tests:
#     two-machines.sh [Debug|Release]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
program=$PWD/bin/${1:-Release}/net10.0/Microsoft.ML.RevRnn.Mpi.Tests.dll
[[ -f $program ]] || { echo "There is no $program: build the tests first." >&2; exit 1; }
work=$(mktemp -d)
one=revrnn-$$-a two=revrnn-$$-b
# What ip netns exec shows as /etc/hosts.
for space in "$one" "$two"; do
    mkdir -p "/etc/netns/$space"
    printf '127.0.0.1 localhost\n10.77.0.1 hosta\n10.77.0.2 hostb\n' >"/etc/netns/$space/hosts"
done
cleanup() {
    ip netns delete "$one" 2>/dev/null || true
    ip netns delete "$two" 2>/dev/null || true
    rm -rf "$work" "/etc/netns/$one" "/etc/netns/$two"
}
trap cleanup EXIT

ip netns add "$one"
ip netns add "$two"
ip -n "$one" link add link0 type veth peer name link0 netns "$two"
ip -n "$one" address add 10.77.0.1/24 dev link0
ip -n "$two" address add 10.77.0.2/24 dev link0
for space in "$one" "$two"; do
    ip -n "$space" link set lo up
    ip -n "$space" link set link0 up
done
# In place of ssh: a host's name to its namespace. Without names of their own Open MPI would take both for one machine.
cat >"$work/remote" <<REMOTE
#!/bin/bash
host=\$1; shift
case \$host in hosta) space=$one ;; hostb) space=$two ;; *) exit 1 ;; esac
exec ip netns exec "\$space" unshare --uts sh -c "hostname \$host; exec sh -c \"\\\$0\"" "\$*"
REMOTE
chmod +x "$work/remote"
printf 'hosta slots=1\nhostb slots=1\n' >"$work/hosts"

export TERM=dumb OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_mpi_yield_when_idle=1 OMPI_MCA_hwloc_base_binding_policy=none
results() { grep '^rank ' | sed 's/^rank [0-9]* of [0-9]*: //' | sort -u; }
status=0
for kind in classifier streams; do
    alone=$(dotnet "$program" train $kind Single - | results)
    mpich=$(mpirun.mpich -np 2 dotnet "$program" train $kind Single - | results)
    tcp=$("$work/remote" hosta "mpirun.openmpi -np 2 --hostfile $work/hosts --mca plm_rsh_agent $work/remote --mca btl tcp,self \
        --mca btl_tcp_if_include 10.77.0.0/24 --mca oob_tcp_if_include 10.77.0.0/24 \
        $(command -v dotnet) $program train $kind Single -" | results)
    echo "$kind: alone $alone, MPICH $mpich, Open MPI over TCP $tcp"
    [[ -n $alone && $alone == "$mpich" && $alone == "$tcp" ]] || status=1
done
if ((status == 0)); then echo "same bits"; else echo "NOT the same bits"; fi
exit $status
