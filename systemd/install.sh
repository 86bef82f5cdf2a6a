#!/bin/sh
# Puts a gateway on this machine, upgrades it, or takes it away. Run again at any time.
#
#   install.sh [--uninstall]
#
# Environment: PREFIX  the program's place (/opt/louguan), a link to one of PREFIX-versions/*; the one before is PREFIX.previous
#              DESTDIR put everything under this folder instead, touching nothing that runs (to build an image)
#              PYTHON  the interpreter to use, 3.11 or newer
# shellcheck disable=SC1111 # Chinese quotation marks are meant
set -eu
umask 022
unset CDPATH PYTHONPATH PYTHONHOME

prefix=${PREFIX:-/opt/louguan}
destdir=${DESTDIR:-}
source=$(cd "$(dirname "$0")/.." && pwd)
versions=$destdir$prefix-versions
config=$destdir/etc/louguan/gateway.toml
units="louguan.target louguan-core.service louguan-desk.service"

# Both languages of a text are given; LANG chooses.
text() {
    case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in
        zh*) printf '%s\n' "$2" ;;
        *) printf '%s\n' "$1" ;;
    esac
}

say() { text "$1" "$2"; }

# die WHAT-EN WHAT-ZH REMEDY-EN REMEDY-ZH
die() {
    { text "install.sh: $1" "install.sh：$2"; text "  $3" "  $4"; } >&2
    exit 1
}

# A container has none.
udev_runs() { systemctl is-active -q systemd-udevd; }

systemd_runs() { [ -z "$destdir" ] && [ -d /run/systemd/system ] && command -v systemctl >/dev/null; }

check_machine() {
    case $prefix in
        /*[!A-Za-z0-9._/-]* | */ | [!/]*)
            die "PREFIX '$prefix' will not do" "PREFIX“$prefix”不可用" \
                "Give an absolute path of letters, digits, . _ - without a slash at the end, such as /opt/louguan." \
                "请给出绝对路径，只含字母、数字和 . _ -，末尾不带斜杠，例如 /opt/louguan。" ;;
    esac
    case $destdir in
        "" | /*) ;;
        *) die "DESTDIR '$destdir' is not an absolute path" "DESTDIR“$destdir”不是绝对路径" \
            "Give one that begins with a slash." "请以斜杠开头。" ;;
    esac
    if [ -z "$destdir" ] && [ "$(id -u)" != 0 ]; then
        die "only root can install a service" "只有 root 能安装服务" "Run: sudo make install" "请运行：sudo make install"
    fi
    if [ -e "$destdir$prefix" ] && [ ! -L "$destdir$prefix" ]; then
        die "$destdir$prefix is there and is not ours" "$destdir$prefix 已存在，且不是本程序所建" \
            "Move it away, or choose another PREFIX." "请将其移走，或另选 PREFIX。"
    fi
}

find_python() {
    python=
    hidden=
    for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14 /usr/bin/python3}; do
        "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue
        case $(readlink -f "$("$candidate" -c 'import sys; print(sys._base_executable)')") in
            /home/* | /root/*) hidden=${hidden:-$candidate} ;;
            *) python=$candidate; break ;;
        esac
    done
    [ -n "$python$hidden" ] || die "there is no Python 3.11 or newer" "没有 Python 3.11 或更新版本" \
        "Run: apt install python3.11 python3.11-venv" "请运行：apt install python3.11 python3.11-venv"
    [ -n "$python" ] || die \
        "$hidden lies in somebody's home, which the services cannot see" "$hidden 位于用户目录，服务无法访问" \
        "Run: apt install python3.11 python3.11-venv" "请运行：apt install python3.11 python3.11-venv"
    number=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    "$python" -c 'import ensurepip, venv' 2>/dev/null || die \
        "Python $number has no venv module" "Python $number 缺少 venv 模块" \
        "Run: apt install python$number-venv" "请运行：apt install python$number-venv"
}

# A copy, because building in the checkout would leave files of root's there.
copy_source() {
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' INT TERM HUP
    mkdir "$work/source"
    for part in agent firmware_bridge hal models pyproject.toml setup.cfg README.md requirements/gateway.txt; do
        [ ! -e "$source/$part" ] || printf '%s\n' "$part"
    done >"$work/parts"
    tar -C "$source" --exclude=__pycache__ -cf "$work/source.tar" -T "$work/parts"
    tar -C "$work/source" --no-same-owner -xf "$work/source.tar"
    number=$(sed -n 's/^version *= *//p' "$work/source/setup.cfg" | head -n 1)
    content=$( (cd "$work/source" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum
        "$python" -VV) | sha256sum | cut -c 1-12)
    name=$number-$content
}

# One folder a version, complete or not there at all; what runs is not touched.
build_version() {
    new=$versions/$name
    if [ -e "$new/.complete" ]; then
        say "Version $name is built already." "版本 $name 已构建。"
        return
    fi
    say "Building version $name ..." "正在构建版本 $name ……"
    rm -rf "$new"
    # What a stopped build leaves is removed by the next one.
    "$python" -m venv "$new"
    set -- --quiet --no-input --disable-pip-version-check --no-warn-script-location
    # A box has no compiler: a missing wheel is an error now, not a page of gcc's.
    set -- "$@" --only-binary :all:
    if [ -e "$work/source/requirements/gateway.txt" ]; then
        set -- "$@" --constraint "$work/source/requirements/gateway.txt"
    fi
    "$new/bin/python" -m pip install "$@" "$work/source" || die \
        "pip could not install version $name" "pip 无法安装版本 $name" \
        "Read its message above; what runs now is untouched. Without internet, give a folder of wheels: PIP_NO_INDEX=1 PIP_FIND_LINKS=/folder" \
        "请看上面的信息；现有版本未受影响。没有网络时可指定 wheel 目录：PIP_NO_INDEX=1 PIP_FIND_LINKS=/folder"
    (cd / && "$new/bin/python" -P -c 'import agent.cli.main, agent.core.service, agent.desk.service') || die \
        "version $name was built but cannot be imported" "版本 $name 已构建但无法导入" \
        "What runs now is untouched. Check that the sources are complete, then run this again." \
        "现有版本未受影响。请检查源代码是否完整，然后重新运行。"
    if [ -n "$destdir" ]; then
        grep -rlIF -- "$destdir" "$new/bin" "$new/pyvenv.cfg" | "$python" -c '
import pathlib, sys
for path in map(pathlib.Path, sys.stdin.read().splitlines()):
    path.write_text(path.read_text().replace(sys.argv[1], ""))' "$destdir"
    fi
    : >"$new/.complete"
}

louguan() { "$new/bin/python" -P "$new/bin/louguan" "$@"; }

install_config() {
    mkdir -p "$destdir/etc/louguan"
    if [ -e "$config" ]; then
        louguan config check "$config" >"$work/check" 2>&1 || {
            cat "$work/check" >&2
            die "the new version refuses $config" "新版本不接受 $config" \
                "Correct it and run this again; what runs now is untouched." "请改正后重新运行；现有版本未受影响。"
        }
        say "Kept $config." "保留 $config。"
    else
        # For the place it will have, whatever DESTDIR is.
        (cd / && "$new/bin/python" -P -c '
import pathlib
from agent.cli.example import example_toml
print(example_toml(pathlib.Path("/etc/louguan/gateway.toml")), end="")') >"$work/gateway.toml"
        install -m 0640 "$work/gateway.toml" "$config.new"
        mv "$config.new" "$config"
        say "Wrote an example to $config." "已写入示例配置 $config。"
    fi
}

# install_file NAME PLACE MODE: unit files name the default prefix.
install_file() {
    sed "s|/opt/louguan/|$prefix/|g" "$source/systemd/$1" >"$work/file"
    install -D -m "${3:-0644}" "$work/file" "$destdir$2"
}

install_files() {
    for unit in $units; do
        install_file "$unit" "/etc/systemd/system/$unit"
    done
    install_file louguan.sysusers.conf /etc/sysusers.d/louguan.conf
    install_file louguan.tmpfiles.conf /etc/tmpfiles.d/louguan.conf
    install_file louguan.modules-load.conf /etc/modules-load.d/louguan.conf
    install_file 70-louguan.rules /etc/udev/rules.d/70-louguan.rules
    mkdir -p "$destdir/usr/local/bin"
    ln -sfn "$prefix/bin/louguan" "$destdir/usr/local/bin/louguan"
    # An image does these at its first boot.
    [ -z "$destdir" ] || return 0
    systemd-sysusers /etc/sysusers.d/louguan.conf
    systemd-tmpfiles --create /etc/tmpfiles.d/louguan.conf
    if systemd_runs; then
        # Missing on kernels without USB serial, which is no fault here.
        systemctl restart systemd-modules-load.service || say "Some kernel modules are missing." "缺少部分内核模块。"
        if udev_runs; then
            udevadm control --reload
            udevadm trigger --subsystem-match=tty --action=change
        fi
    fi
}

# rename(2) replaces a link at once: there is always a whole version behind the name.
link() {
    ln -sfn "$1" "$2.new"
    mv -T "$2.new" "$2"
}

swap() {
    place=$destdir$prefix
    target=$(basename "$versions")/$name
    before=
    [ ! -L "$place" ] || before=$(readlink "$place")
    [ "$before" != "$target" ] || return 0
    # The new version must be on the disk before a name leads to it.
    sync -f "$new"
    [ -z "$before" ] || link "$before" "$place.previous"
    link "$target" "$place"
    for old in "$versions"/*; do
        case $(basename "$versions")/$(basename "$old") in
            "$target" | "$before") ;;
            *) rm -rf "$old" ;;
        esac
    done
}

# Units are Type=notify: a restart that fails means that a service did not get READY.
start() {
    systemd_runs || return 0
    systemctl daemon-reload
    # Once each: a service that somebody disabled stays so, and an install that broke off is made up for.
    for unit in $units; do
        grep -qsx "$unit" "$versions/.enabled" && continue
        systemctl enable "$unit"
        echo "$unit" >>"$versions/.enabled"
    done
    systemctl try-restart louguan-core.service louguan-desk.service && return
    if [ -z "$before" ] || [ "$before" = "$target" ]; then
        die "the services do not start" "服务无法启动" \
            "Run: journalctl -u louguan-core -u louguan-desk -n 50" "请运行：journalctl -u louguan-core -u louguan-desk -n 50"
    fi
    link "$before" "$place"
    link "$target" "$place.previous"
    systemctl try-restart louguan-core.service louguan-desk.service || say \
        "The version before does not start either." "之前的版本也无法启动。"
    die "version $name does not start; back to $(basename "$before")" "版本 $name 无法启动，已退回 $(basename "$before")" \
        "Run: journalctl -u louguan-core -u louguan-desk -n 50" "请运行：journalctl -u louguan-core -u louguan-desk -n 50"
}

uninstall() {
    if systemd_runs; then
        for unit in $units; do
            [ ! -e "/etc/systemd/system/$unit" ] || systemctl disable --now "$unit"
        done
    fi
    for unit in $units; do
        rm -f "$destdir/etc/systemd/system/$unit"
    done
    rm -f "$destdir/etc/sysusers.d/louguan.conf" "$destdir/etc/tmpfiles.d/louguan.conf" \
        "$destdir/etc/modules-load.d/louguan.conf" "$destdir/etc/udev/rules.d/70-louguan.rules" \
        "$destdir/usr/local/bin/louguan" "$destdir$prefix" "$destdir$prefix.previous"
    rm -rf "$versions" "$versions.lock"
    if systemd_runs; then
        systemctl daemon-reload
        ! udev_runs || udevadm control --reload
    fi
    say "Removed. Kept: $destdir/etc/louguan, $destdir/var/lib/louguan and the user louguan." \
        "已卸载。保留：$destdir/etc/louguan、$destdir/var/lib/louguan 和用户 louguan。"
}

action=${1:-install}
case $action in
    install | --uninstall) ;;
    *) die "'$action' is not an option" "“$action”不是选项" "Options: --uninstall, or none to install or upgrade." \
        "选项：--uninstall；不带选项则安装或升级。" ;;
esac
check_machine
if [ "$action" = --uninstall ]; then
    uninstall
    exit
fi
find_python
mkdir -p "$versions"
exec 9>"$versions.lock"
flock -n 9 || die "another installation is going on" "另一个安装正在进行" "Wait until it ends." "请等它结束。"
copy_source
build_version
install_config
install_files
swap
start
say "Installed $name at $destdir$prefix. Next: edit $config, then: systemctl start louguan.target" \
    "已安装 $name 到 $destdir$prefix。接下来：编辑 $config，然后运行：systemctl start louguan.target"
