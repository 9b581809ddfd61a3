# shellcheck shell=bash
# Functions for deploy/try, deploy/migrate, tests/run, and their like, which source this file.
#
#   steps       step, note, fail
#   processes   start, stop_all, run_logged
#   packages    install_packages PURPOSE...
#   node        use_node
#   PostgreSQL  cluster_start, cluster_remove, cluster_url, cluster_sql, cluster_create_database
#   building    build_program, build_console, npm_install

set -euo pipefail
export LC_ALL=C.UTF-8

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
readonly ROOT
STARTED_US=${EPOCHREALTIME/[.,]/}
readonly STARTED_US

# --- steps -----------------------------------------------------------------------------------------------------------

elapsed() {
    local us=$((${EPOCHREALTIME/[.,]/} - STARTED_US))
    printf '%d:%02d.%d' $((us / 60000000)) $((us / 1000000 % 60)) $((us / 100000 % 10))
}

# Prints a line with the time since the start.
step() { printf '[%8s] %s\n' "$(elapsed)" "$*"; }
note() { printf '           %s\n' "$*"; }
fail() {
    printf '[%8s] failed: %s\n' "$(elapsed)" "$*" >&2
    exit 1
}

# --- processes -------------------------------------------------------------------------------------------------------

# Started processes that were not stopped yet, oldest first: "PID SIGNAL NAME".
STARTED=()

# start SIGNAL NAME COMMAND...: starts a command in the background, in a session of its own, so that Ctrl-C reaches only this shell,
# which stops its processes in order. The command gets SIGNAL when this shell is killed. COMMAND can begin with options of setpriv.
# Sets STARTED_PID.
start() {
    local signal=$1 name=$2
    shift 2
    setsid setpriv --pdeathsig "$signal" "$@" &
    STARTED_PID=$!
    STARTED+=("$STARTED_PID $signal $name")
}

# stop PID: sends its signal, and SIGKILL after 30 seconds.
stop() {
    local wanted=$1 kept=() entry pid signal
    for entry in "${STARTED[@]}"; do
        read -r pid signal _ <<<"$entry"
        if [[ $pid != "$wanted" ]]; then
            kept+=("$entry")
            continue
        fi
        kill -s "$signal" -- "-$pid" 2>/dev/null || kill -s "$signal" "$pid" 2>/dev/null || true
        local tries=0
        while kill -0 "$pid" 2>/dev/null && ((tries++ < 300)); do
            sleep 0.1
        done
        kill -s KILL -- "-$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    STARTED=("${kept[@]}")
}

stop_all() {
    while ((${#STARTED[@]} > 0)); do
        stop "${STARTED[-1]%% *}"
    done
}

# on_exit COMMAND: stops everything and runs COMMAND when this shell exits, for any reason.
on_exit() {
    trap 'stop_all; '"${1:-:}" EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM HUP
}

# run_logged LOG COMMAND...: writes the output to LOG, and its end to standard error if the command fails. Ctrl-C interrupts it at once.
run_logged() {
    local log=$1
    shift
    mkdir -p -- "$(dirname -- "$log")"
    start TERM "$1" "$@" >"$log" 2>&1 </dev/null
    local status=0 pid=$STARTED_PID
    wait "$pid" || status=$?
    stop "$pid"
    if ((status != 0)); then
        printf '%s\n' "--- end of $log" >&2
        tail -n 60 -- "$log" >&2
    fi
    return "$status"
}

# --- packages --------------------------------------------------------------------------------------------------------

packages_for() {
    local purpose
    for purpose in "$@"; do
        awk -v purpose="$purpose" '$1 == purpose { print $2 }' "$ROOT/deploy/packages"
    done
}

is_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null; then
        if sudo -n true 2>/dev/null; then
            sudo -n "$@"
        elif [[ -t 0 ]]; then
            sudo "$@"
        else
            fail "sudo needs a password, and there is no terminal to enter it; run as root: $*"
        fi
    else
        fail "this needs root, and sudo is not installed; run as root: $*"
    fi
}

# install_packages PURPOSE...: installs the missing packages. Debian's PostgreSQL package creates and starts a cluster unless a setting
# prevents that.
install_packages() {
    local package missing=() dropin=/etc/postgresql-common/createcluster.d/tocsin.conf
    for package in $(packages_for "$@"); do
        is_installed "$package" || missing+=("$package")
    done
    ((${#missing[@]} > 0)) || return 0
    command -v apt-get >/dev/null || fail "apt-get is not available to install these Debian 12 packages: ${missing[*]}"
    step "installing ${#missing[@]} packages: ${missing[*]}"
    as_root true
    local apt=(as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
    local log
    log=$(mktemp)
    local status=0
    case " ${missing[*]} " in *" postgresql-15 "*)
        as_root mkdir -p "${dropin%/*}"
        printf 'create_main_cluster = false\n' | as_root tee "$dropin" >/dev/null
        ;;
    esac
    { "${apt[@]}" update && "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null || status=$?
    as_root rm -f "$dropin"
    if ((status != 0)); then
        tail -n 40 "$log" >&2
        rm -f "$log"
        fail "apt-get could not install: ${missing[*]}"
    fi
    rm -f "$log"
}

# --- node ------------------------------------------------------------------------------------------------------------

# Vite needs Node 20.19. npm before 11 does not install Vite's native packages.
readonly NODE_PACKAGE_VERSION=22.23.3 NPM_PACKAGE_VERSION=11.21.2

node_is_new_enough() {
    command -v node >/dev/null &&
        node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
}

npm_is_new_enough() {
    local version
    version=$(npm --version 2>/dev/null) && ((${version%%.*} >= 11))
}

# Makes sure that Node and npm on PATH are new enough. If the machine's are not, npm installs pinned versions (Node's binary is an npm
# package) into the build folder. Debian's npm, with Node 18, is installed only if there is no npm at all, to fetch those.
use_node() {
    local home=$ROOT/build/node
    if [[ -x $home/bin/npm && -x $home/bin/node ]]; then
        PATH=$home/bin:$PATH
    fi
    export PATH npm_config_fund=false npm_config_audit=false npm_config_update_notifier=false
    if node_is_new_enough && npm_is_new_enough; then
        return
    fi
    local machine wanted=("npm@$NPM_PACKAGE_VERSION") node
    case $(uname -m) in
        x86_64) machine=x64 ;;
        aarch64) machine=arm64 ;;
        *) fail "install Node 20.19 or later with npm 11: there is no binary of Node for $(uname -m) to download" ;;
    esac
    command -v npm >/dev/null || install_packages console
    if node_is_new_enough; then
        step "installing npm $NPM_PACKAGE_VERSION into build/node"
        node=$(command -v node)
    else
        step "installing Node $NODE_PACKAGE_VERSION and npm $NPM_PACKAGE_VERSION into build/node"
        wanted+=("node-linux-$machine@$NODE_PACKAGE_VERSION")
        node=$home/node_modules/node-linux-$machine/bin/node
    fi
    mkdir -p "$home/bin"
    printf '{"name": "tocsin-node", "private": true}\n' >"$home/package.json"
    run_logged "$ROOT/build/log/node.log" npm install --prefix "$home" --ignore-scripts --no-package-lock "${wanted[@]}" ||
        fail "npm could not install ${wanted[*]}"
    ln -sfn "$node" "$home/bin/node"
    ln -sfn "$home/node_modules/npm/bin/npm-cli.js" "$home/bin/npm"
    ln -sfn "$home/node_modules/npm/bin/npx-cli.js" "$home/bin/npx"
    PATH=$home/bin:$PATH
    hash -r
    if ! node_is_new_enough || ! npm_is_new_enough; then
        fail "the Node in build/node does not run on this machine"
    fi
}

# --- PostgreSQL ------------------------------------------------------------------------------------------------------

readonly POSTGRES_BIN=/usr/lib/postgresql/15/bin

# PostgreSQL refuses to run as root; the user `postgres` comes with its package.
SERVER_USER=()
if ((EUID == 0)); then
    SERVER_USER=(--reuid postgres --regid postgres --init-groups)
fi
as_server() { (cd / && setpriv --no-new-privs "${SERVER_USER[@]}" "$@"); }

# A free port below the range that the kernel uses for outgoing connections.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 10000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            printf '%d\n' "$port"
            return
        fi
    done
}

# cluster_folder FOLDER: prints the folder for the data of a cluster: FOLDER, or a folder in /var/tmp if PostgreSQL's user cannot enter
# the checkout (for example, in root's home).
cluster_folder() {
    local folder=$1
    mkdir -p -- "$folder"
    if ((EUID == 0)); then
        chown postgres:postgres -- "$folder"
        chmod 700 -- "$folder"
        if ! as_server test -w "$folder"; then
            rmdir -- "$folder" 2>/dev/null || true
            folder=/var/tmp/tocsin-$(printf '%s' "$ROOT" | sha256sum | cut -c1-12)/${folder//\//-}
            (umask 066 && mkdir -p -- "${folder%/*}")
            [[ -O ${folder%/*} && ! -L ${folder%/*} ]] || fail "${folder%/*} belongs to another user"
            (umask 077 && mkdir -p -- "$folder")
            chown postgres:postgres -- "$folder"
        fi
    fi
    printf '%s\n' "$folder"
}

# cluster_start FOLDER [SETTING...]: starts a private PostgreSQL on 127.0.0.1, with a generated password and without a Unix socket.
# Sets CLUSTER_FOLDER, CLUSTER_PORT, CLUSTER_PASSWORD, and CLUSTER_PID. A second start keeps the data.
cluster_start() {
    local home=$1 setting options=()
    shift
    CLUSTER_FOLDER=$(cluster_folder "$home")
    if [[ $CLUSTER_FOLDER != "$home" ]]; then
        note "PostgreSQL's user cannot enter ${home}: its data is in $CLUSTER_FOLDER"
    fi
    local data=$CLUSTER_FOLDER/data log=$CLUSTER_FOLDER/log password=$CLUSTER_FOLDER/password
    if [[ ! -d $data ]]; then
        rm -rf -- "$data.new"
        (umask 077 && openssl rand -hex 24 >"$password")
        if ((EUID == 0)); then
            chown postgres:postgres -- "$password"
        fi
        as_server "$POSTGRES_BIN/initdb" --pgdata "$data.new" --username postgres --pwfile "$password" --auth scram-sha-256 \
            --encoding UTF8 --locale C.UTF-8 --no-instructions >/dev/null || fail "initdb could not create $data.new"
        mv -- "$data.new" "$data"
    fi
    CLUSTER_PASSWORD=$(<"$password")
    cluster_end_orphan "$data"
    for setting in listen_addresses=127.0.0.1 unix_socket_directories= timezone=UTC log_timezone=UTC "$@"; do
        options+=(-c "$setting")
    done
    local attempt
    for attempt in 1 2 3 4 5; do
        CLUSTER_PORT=$(free_port)
        : >"$log"
        start INT postgresql "${SERVER_USER[@]}" \
            "$POSTGRES_BIN/postgres" -D "$data" -p "$CLUSTER_PORT" "${options[@]}" >>"$log" 2>&1 </dev/null
        CLUSTER_PID=$STARTED_PID
        if cluster_wait; then
            return
        fi
        stop "$CLUSTER_PID"
        if ! grep -q 'Address already in use' "$log"; then
            break
        fi
    done
    tail -n 20 -- "$log" >&2
    fail "PostgreSQL did not start (attempt $attempt); log: $log"
}

# cluster_remove FOLDER: deletes a cluster with its data.
cluster_remove() {
    local folder
    folder=$(cluster_folder "$1")
    cluster_end_orphan "$folder/data"
    rm -rf -- "$folder"
    if [[ $folder == /var/tmp/* ]]; then
        rmdir -- "${folder%/*}" 2>/dev/null || true
    fi
}

# Stops the server of an earlier run that was killed. Only these scripts use the data folder.
cluster_end_orphan() {
    if as_server "$POSTGRES_BIN/pg_ctl" status --pgdata "$1" >/dev/null 2>&1; then
        as_server "$POSTGRES_BIN/pg_ctl" stop --pgdata "$1" --mode fast --silent
    fi
}

cluster_wait() {
    local tries=0
    while ((tries++ < 600)); do
        kill -0 "$CLUSTER_PID" 2>/dev/null || return 1
        if cluster_sql postgres -c 'select 1' >/dev/null 2>&1; then
            return 0
        fi
        sleep 0.1
    done
    return 1
}

# cluster_url DATABASE [LOGIN PASSWORD]: prints a URL; without a login, the superuser's.
cluster_url() {
    printf 'postgresql://%s:%s@127.0.0.1:%d/%s\n' "${2:-postgres}" "${3:-$CLUSTER_PASSWORD}" "$CLUSTER_PORT" "$1"
}

# cluster_sql DATABASE [PSQL ARGUMENT...]: runs psql as the superuser.
cluster_sql() {
    local database=$1
    shift
    PGPASSWORD=$CLUSTER_PASSWORD psql --no-psqlrc --quiet --tuples-only --no-align --set ON_ERROR_STOP=1 \
        --host 127.0.0.1 --port "$CLUSTER_PORT" --username postgres --dbname "$database" "$@"
}

# cluster_create_database DATABASE OWNER OWNER_PASSWORD LOGIN PASSWORD: creates a database with the two logins of docs/operating.md: the
# owner, which migrates, and the login of the program.
cluster_create_database() {
    cluster_sql postgres <<SQL
create role $2 login noinherit createrole password '$3';
create role $4 login noinherit password '$5';
create database $1 owner $2;
SQL
}

# --- building --------------------------------------------------------------------------------------------------------

# build_program PRESET [TARGET]: configures if necessary, and builds TARGET, or everything.
build_program() {
    local preset=$1 target=${2:-all} log=$ROOT/build/log/$1.log jobs
    # The compiler needs up to 1.5 GiB for a file that includes Beast or RapidJSON.
    jobs=$(awk '/^MemAvailable/ { print int($2 / 1572864) }' /proc/meminfo)
    ((jobs >= 1)) || jobs=1
    ((jobs <= $(nproc))) || jobs=$(nproc)
    step "building the program ($preset; $log)"
    if [[ ! -f $ROOT/build/$preset/build.ninja ]]; then
        run_logged "$log" cmake -S "$ROOT" --preset "$preset" || return 1
    fi
    run_logged "$log" cmake --build "$ROOT/build/$preset" --target "$target" --parallel "$jobs"
}

# npm_install FOLDER: installs the packages of the lock file, unless they are installed.
npm_install() {
    local folder=$1
    if ! cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed-lock"; then
        step "installing the npm packages of ${folder#"$ROOT/"}"
        run_logged "$ROOT/build/log/npm.log" npm ci --prefix "$folder" --ignore-scripts || return 1
        cp -- "$folder/package-lock.json" "$folder/node_modules/.installed-lock"
    fi
}

# Builds the console into build/console, unless it is newer than its sources.
build_console() {
    local folder=$ROOT/services/console
    npm_install "$folder" || return 1
    if [[ -f $ROOT/build/console/index.html &&
        -z $(find "$folder" "$ROOT/services/gateway/openapi" \( -name node_modules -o -name dist \) -prune -o \
            -type f -newer "$ROOT/build/console/index.html" ! -path '*/api/schema.d.ts' -print -quit) ]]; then
        return 0
    fi
    step "building the console"
    run_logged "$ROOT/build/log/console.log" npm run --prefix "$folder" build
}
