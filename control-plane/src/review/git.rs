//! What git has at a revision, asked of the `git` program: it knows every form of repository there is.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, anyhow, bail};

/// Largest file that is read, in bytes, as in a folder.
const MAX_FILE: u64 = 16 << 20;

/// A repository with its files.
#[derive(Debug)]
pub struct Repository {
    top: PathBuf,
}

/// A file of a revision.
#[derive(Debug)]
pub struct Named {
    /// Its path from the top of the repository.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

impl Repository {
    /// The repository that `folder` is in.
    pub fn around(folder: &Path) -> Result<Self> {
        let top = run(folder, &["rev-parse", "--show-toplevel"])?;
        let top = String::from_utf8(top).context("the repository's path is not UTF-8")?;
        Ok(Self { top: PathBuf::from(top.trim_end_matches('\n')) })
    }

    /// A path on disk as git names it; empty for the top.
    pub fn relative(&self, path: &Path) -> Result<String> {
        let path = path.canonicalize().with_context(|| path.display().to_string())?;
        let top = self.top.canonicalize().with_context(|| self.top.display().to_string())?;
        let inside = path.strip_prefix(&top).with_context(|| format!("is not in the repository {}", top.display()))?;
        Ok(inside.to_str().ok_or_else(|| anyhow!("{} is not UTF-8", inside.display()))?.to_owned())
    }

    /// The commit that a name stands for.
    pub fn commit(&self, revision: &str) -> Result<String> {
        let commit = format!("{revision}^{{commit}}");
        let found = run(&self.top, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])
            .map_err(|_| anyhow!("git knows no revision `{revision}` in {}", self.top.display()))?;
        Ok(String::from_utf8_lossy(&found).trim().to_owned())
    }

    /// The `.yaml` and `.yml` files below `path` in order of name, hidden ones left out; or the file `path` itself.
    pub fn files(&self, commit: &str, path: &str) -> Result<Vec<Named>> {
        let mut arguments = vec!["ls-tree", "-r", "-z", "--full-tree", commit, "--"];
        // Taken by the letter: a folder may be called `*`.
        let literal = format!(":(literal){path}");
        if !path.is_empty() {
            arguments.push(&literal);
        }
        let listed = String::from_utf8(run(&self.top, &arguments)?).context("a path in the repository is not UTF-8")?;
        let mut wanted = Vec::new();
        for entry in listed.split('\0').filter(|entry| !entry.is_empty()) {
            let Some((what, name)) = entry.split_once('\t') else { bail!("git lists `{entry}`") };
            let mut what = what.split(' ');
            let (Some(mode), Some("blob"), Some(object)) = (what.next(), what.next(), what.next()) else { continue };
            // Links may lead out of the repository.
            let is_file = mode.starts_with("100");
            if is_file && (name == path || is_configuration(name.strip_prefix(path).unwrap_or(name))) {
                wanted.push((name.to_owned(), object.to_owned()));
            }
        }
        wanted.sort();
        self.contents(&wanted)
    }

    fn contents(&self, wanted: &[(String, String)]) -> Result<Vec<Named>> {
        let mut child = command(&self.top)
            .args(["cat-file", "--batch"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("git cannot be run")?;
        let (Some(mut questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("git has no input or output");
        };
        let mut answers = BufReader::new(answers);
        let mut files = Vec::new();
        for (path, object) in wanted {
            // One at a time: neither side's pipe ever fills up.
            writeln!(questions, "{object}")?;
            questions.flush()?;
            let mut head = String::new();
            answers.read_line(&mut head)?;
            let size: u64 = head
                .trim_end()
                .rsplit(' ')
                .next()
                .and_then(|size| size.parse().ok())
                .ok_or_else(|| anyhow!("git cannot read {path}: {}", head.trim_end()))?;
            if size > MAX_FILE {
                bail!("{path} has {size} bytes; the limit is {MAX_FILE}");
            }
            let mut bytes = Vec::new();
            // The content and the line break behind it.
            answers.by_ref().take(size + 1).read_to_end(&mut bytes)?;
            bytes.pop();
            files.push(Named { path: path.clone(), bytes });
        }
        drop(questions);
        child.wait()?;
        Ok(files)
    }
}

/// As in a folder on disk; `path` begins below the folder that was named.
fn is_configuration(path: &str) -> bool {
    let hidden = path.split('/').any(|part| part.starts_with('.'));
    !hidden && (path.ends_with(".yaml") || path.ends_with(".yml"))
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new("git");
    // Whatever hook or alias this runs in, the repository is the one that was named.
    command.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE").env_remove("GIT_INDEX_FILE").arg("-C").arg(folder);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Result<Vec<u8>> {
    let done = command(folder).args(arguments).stdin(Stdio::null()).output().context("git cannot be run")?;
    if !done.status.success() {
        bail!("git: {}", String::from_utf8_lossy(&done.stderr).trim());
    }
    Ok(done.stdout)
}
