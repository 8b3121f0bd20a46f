# A virtual machine of Loam. Sourced, after lib.sh, by what runs one.

readonly made=$root/out/os

# prepare_machine: kernel and root, in $kernel and $squash; builds what is missing.
# LOAM_KERNEL=debian takes Debian's own kernel.
prepare_machine() {
  local tool
  for tool in qemu-system-x86_64 mke2fs; do
    command -v "$tool" >/dev/null || fail "$tool is missing. Run ./dev setup os, which installs it."
  done
  case ${LOAM_KERNEL:-own} in
    own) kernel=$("$tools/kernel.sh") ;;
    debian) kernel=$("$tools/kernel-debian.sh") ;;
    *) fail "LOAM_KERNEL is own or debian, not '$LOAM_KERNEL'." ;;
  esac
  squash=$("$tools/root.sh")
}

# empty_disk FILE MEGABYTES: takes no room until something is written to it.
empty_disk() {
  rm -f "$1"
  truncate -s "${2}M" "$1"
}

# disk_with_key FILE MEGABYTES KEY: a disk for data on which a public key may log in as root.
disk_with_key() {
  local files
  files=$(mktemp -d)
  install -d -m 700 "$files/root" "$files/root/.ssh"
  install -m 600 "$3" "$files/root/.ssh/authorized_keys"
  empty_disk "$1" "$2"
  mke2fs -q -t ext4 -L loam-data -m 1 -E root_owner=0:0 -d "$files" "$1"
  rm -rf "$files"
}

# seed_disk FILE USER-DATA: what cloud-init calls a NoCloud source, for a new machine.
seed_disk() {
  rm -f "$1"
  mkfs.vfat -C -n cidata "$1" 1024 >/dev/null
  mcopy -i "$1" "$2" ::user-data
}

# machine_command MACHINE MEGABYTES DISK FORWARDS [WORDS]: puts the command line into $command.
# FORWARDS is "HOST:GUEST ..." of TCP ports on loopback; WORDS go to the kernel's command line.
# Where $seed is set, it is a disk of seed_disk; $second is one more disk.
machine_command() {
  local machine=$1 memory=$2 disk=$3 forwards=$4 words=${5:-} bus pair
  local network=user,id=net image=$kernel/bzImage
  # Only ours has an entry for microvm, and finds its devices by the command line.
  [[ -f $kernel/vmlinux ]] || machine=q35
  for pair in $forwards; do network+=,hostfwd=tcp:127.0.0.1:${pair%:*}-:${pair#*:}; done
  command=(qemu-system-x86_64 -nodefaults -no-user-config -no-reboot -display none -m "$memory")
  case $machine in
    microvm)
      bus=device image=$kernel/vmlinux
      command+=(-M microvm,acpi=off,isa-serial=on,rtc=on,x-option-roms=off)
      ;;
    q35)
      bus=pci
      command+=(-M q35)
      ;;
    *) fail "there is no machine '$machine': microvm or q35." ;;
  esac
  # One processor: emulated, more of them only wait for each other.
  if kvm_works; then command+=(-accel kvm -cpu host -smp 2)
  else command+=(-accel tcg -cpu max -smp 1); fi
  # The kernel hands a word that it does not know to the first program. Not behind `--`: QEMU adds
  # microvm's devices at the end, and there they would be the program's too.
  command+=(-kernel "$image" -append "$(echo console=ttyS0 root=/dev/vda ro quiet loglevel=3 \
    random.trust_cpu=on apparmor=0 reboot=t panic=10 init=/usr/bin/loam init "$words")"
    -device "virtio-rng-$bus" -netdev "$network" -device "virtio-net-$bus,netdev=net")
  [[ ! -f $kernel/initrd ]] || command+=(-initrd "$kernel/initrd")
  local drive drives=("root,readonly=on,file=$squash" "data,file=$disk")
  [[ -z ${seed:-} ]] || drives+=("seed,readonly=on,file=$seed")
  [[ -z ${second:-} ]] || drives+=("second,file=$second")
  for drive in "${drives[@]}"; do
    command+=(-drive "if=none,format=raw,id=$drive" -device "virtio-blk-$bus,drive=${drive%%,*}")
  done
}

# kvm_works: there may be a /dev/kvm under which no guest ever runs, so one is tried, once.
kvm_works() {
  [[ -w /dev/kvm && ${LOAM_KVM:-} != 0 ]] || return 1
  local known
  known=$made/kvm-$(cut -c1-8 /proc/sys/kernel/random/boot_id)
  if [[ ! -f $known ]]; then
    mkdir -p "$made"
    if timeout 10 qemu-system-x86_64 -nodefaults -no-user-config -no-reboot -display none \
      -M q35 -accel kvm -cpu host -m 256 -kernel "$kernel/bzImage" \
      -append "console=ttyS0 panic=-1" -serial stdio </dev/null 2>&1 | grep -q 'Linux version'; then
      echo yes >"$known"
    else
      echo no >"$known"
    fi
  fi
  [[ $(<"$known") == yes ]]
}
