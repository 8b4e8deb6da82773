//! The files of a configuration.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::node::Place;
use super::problems::{Problem, Problems, Severity};

/// Largest file that is read, in bytes.
const MAX_FILE: u64 = 16 << 20;
/// Deepest folder that is looked into; also what ends a loop of symbolic links.
const MAX_DEPTH: usize = 16;

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path as a reader would open it, for reports.
    pub name: String,
    /// What it holds.
    pub text: String,
}

/// The paths of all `.yaml` and `.yml` files below `root` in order of name, or `root` itself if it is a file. Hidden files and folders
/// are left out: editors keep their backups there, and Kubernetes the versions of a mounted ConfigMap.
///
/// # Errors
/// When `root` cannot be read.
pub fn list(root: &Path) -> io::Result<Vec<PathBuf>> {
    if fs::metadata(root)?.is_file() {
        return Ok(vec![root.to_owned()]);
    }
    let mut files = Vec::new();
    walk(root, 0, &mut files)?;
    files.sort();
    Ok(files)
}

fn walk(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.')) {
            continue;
        }
        // Follows symbolic links; one that leads nowhere is not a configuration file yet.
        let Ok(metadata) = fs::metadata(&path) else { continue };
        if metadata.is_dir() {
            if depth < MAX_DEPTH {
                walk(&path, depth + 1, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            files.push(path);
        }
    }
    Ok(())
}

/// Reads every file of the configuration. What cannot be read becomes a problem.
pub fn read(root: &Path, problems: &mut Problems) -> Vec<SourceFile> {
    let mut complain = |file: String, message: String| {
        problems.push(Problem {
            severity: Severity::Error,
            file,
            place: Place::default(),
            subject: String::new(),
            field: String::new(),
            message,
        });
    };
    let paths = match list(root) {
        Ok(paths) => paths,
        Err(error) => {
            complain(root.display().to_string(), format!("cannot be read: {error}"));
            return Vec::new();
        }
    };
    if paths.is_empty() {
        complain(root.display().to_string(), "there is no .yaml file here: is it the right folder?".into());
    }
    let mut files = Vec::new();
    for path in paths {
        let name = path.display().to_string();
        match read_one(&path) {
            // An editor that truncates before it writes leaves an empty file for a moment; taking that for "no teams" would lock
            // everyone out.
            Ok(text) if text.trim().is_empty() => complain(name, "the file is empty: fill it or delete it".into()),
            Ok(text) => files.push(SourceFile { name, text }),
            Err(message) => complain(name, message),
        }
    }
    files
}

fn read_one(path: &Path) -> Result<String, String> {
    let size = fs::metadata(path).map_err(|error| format!("cannot be read: {error}"))?.len();
    if size > MAX_FILE {
        return Err(format!("has {size} bytes; the limit is {MAX_FILE}: split it"));
    }
    let bytes = fs::read(path).map_err(|error| format!("cannot be read: {error}"))?;
    String::from_utf8(bytes).map_err(|error| format!("is not UTF-8 at byte {}", error.utf8_error().valid_up_to()))
}
