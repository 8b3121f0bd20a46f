# What somebody would try who has taken over the mind, the model host, or what listens on the network: files, sockets, signals, other processes,
# the kernel, the daemon's other routes. Arguments: the daemon's run and data directory, its number,
# and the name of the folder of its sockets.
use strict; use Socket; use POSIX ();
my ($run,$data,$pid,$doors)=@ARGV; my $bad=0;
sub try { my($what,$ok)=@_; my $e=$!; print(($ok?"OPEN   ":"closed ")."$what".($ok?"":" ($e)")."\n"); $bad++ if $ok; }
for my $f ('/etc/shadow','/etc/passwd','/etc/hostname','/etc/machine-id',"$data/age.key","$data/instance",'/root/.bashrc','/var/log/dpkg.log','/proc/1/cmdline','/proc/1/environ',"/proc/$pid/environ","/proc/$pid/cmdline","/proc/$pid/mem",'/proc/version','/sys/class/net','/bin/sh','/usr/bin/su','/boot','/dev/kmsg','/dev/mem','/proc/kcore'){ my $h; $!=0; try("read $f",-d $f ? opendir($h,$f) : open($h,'<',$f)); }
for my $f ('/usr/x','/etc/x','/tmp/x','/var/x','/run/x',"$run/$doors/x","$run/x","$data/x",'/dev/shm/x','/dev/x','/proc/self/oom_score_adj'){ my $h; $!=0; try("write $f",open($h,'>',$f)); }
{ my $h; print(open($h,'>',"$run/$doors/home/x") ? "home writable\n" : "home not writable: $!\n"); unlink "$run/$doors/home/x"; }
my %fam=(INET=>2,INET6=>10,NETLINK=>16,PACKET=>17,VSOCK=>40,ALG=>38);
for my $n (sort keys %fam){ $!=0; my $s; try("socket $n",socket($s,$fam{$n},SOCK_STREAM,0)||socket($s,$fam{$n},3,0)); }
for my $p ("$run/loam.sock","$run/mind.sock","$run/model.sock","$run/engine/docker.sock",'/run/docker.sock','/var/run/docker.sock','/run/dbus/system_bus_socket'){ $!=0; socket(my $s,AF_UNIX,SOCK_STREAM,0) or die; try("connect $p",connect($s,sockaddr_un($p))); }
for my $p ('/dev/log','/run/systemd/notify','/run/systemd/journal/socket','/run/systemd/journal/dev-log'){ $!=0; socket(my $s,AF_UNIX,SOCK_DGRAM,0) or die; try("connect $p",connect($s,sockaddr_un($p))); }
for my $p ('/dev/null','/dev/urandom'){ my $h; print((open($h,'<',$p) ? "there" : "gone")." $p\n"); }
for my $p (1,$pid,POSIX::getppid()){ $!=0; try("signal $p",kill(0,$p)); $!=0; try("ptrace $p",syscall(101,16,$p,0,0)==0); }
$!=0; try("unshare user",syscall(272,0x10000000)==0);
$!=0; try("unshare mount",syscall(272,0x20000)==0);
$!=0; try("mount",do{my($a,$b,$c)=("none","/tmp","tmpfs");syscall(165,$a,$b,$c,0,0)}==0);
$!=0; try("bpf",syscall(321,0,0,0)>=0);
$!=0; try("io_uring",syscall(425,1,0)>=0);
$!=0; try("keyctl",syscall(250,0,0,0,0,0)>=0);
$!=0; try("setuid 0",syscall(105,0)==0);
$!=0; try("chroot",do{my $a="/tmp";syscall(161,$a)}==0);
$!=0; my $r=system('/bin/true'); try("run /bin/true",$r==0);
sub http { my($m,$p)=@_; socket(my $s,AF_UNIX,SOCK_STREAM,0); connect($s,sockaddr_un("$run/$doors/daemon.sock")) or return "none $!"; syswrite($s,"$m $p HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"); my $b=''; while(sysread($s,my $c,4096)){$b.=$c} $b=~m{^HTTP/1.1 (\d+)} ; return $1; }
if($doors eq 'web'){
for my $r (['GET','/status'],['GET','/v1/status'],['GET','/v1/state'],['GET','/v1/events'],['GET','/v1/logs/web'],['GET','/v1/users'],['GET','/v1/audit'],['GET','/v1/proposals'],['GET','/v1/mind/view'],['GET','/v1/mind/models'],['GET','/v1/view'],['GET','/v1/tokens'],['POST','/v1/tokens'],['POST','/v1/mind/proposals'],['POST','/v1/conversation'],['POST','/v1/plan'],['POST','/v1/apply'],['POST','/v1/change'],['POST','/v1/confirm'],['POST','/v1/ban'],['POST','/v1/run-job/x'],['POST','/v1/backup'],['POST','/v1/restore'],['POST','/v1/backup-key']){ my $c=http(@$r); try("@$r -> $c",$c !~ /^[45]/); } }
if($doors eq 'mind'){ for my $r (['GET','/status'],['GET','/v1/status'],['GET','/v1/state'],['GET','/v1/events'],['GET','/v1/logs/web'],['GET','/v1/recipient'],['GET','/v1/users'],['GET','/v1/audit'],['GET','/v1/proposals'],['POST','/v1/plan'],['POST','/v1/apply'],['POST','/v1/change'],['POST','/v1/confirm'],['POST','/v1/ban'],['POST','/v1/unban'],['POST','/v1/run-job/x'],['POST','/v1/backup'],['POST','/v1/restore'],['POST','/v1/backup-key']){ my $c=http(@$r); try("@$r -> $c",$c<400); }
print "view: ",http('GET','/v1/mind/view'),"\n"; }
print "broken: $bad\n";
