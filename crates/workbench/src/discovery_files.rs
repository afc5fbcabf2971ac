//! Which files a search reads: the known places of the home folder, or what a person named. Nothing else is opened, no link to a
//! folder is followed, and there is an end to it however large a folder is.

use std::env;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use discovery::{
    FILE_LIMIT, Findings, Home, Note, Platform, Source, SourceFile, is_searched, known_places,
    source_of,
};
use zeroize::Zeroizing;

use crate::{AppError, Result};

/// How many folders below a chosen one are looked into.
const DEEPEST: usize = 6;
/// The most entries of folders that are looked at.
const MOST_ENTRIES: usize = 50_000;
/// The most files that are read.
const MOST_FILES: usize = 500;

/// What a search read.
pub(crate) struct Searched {
    /// The folder that was named, when it was one.
    pub(crate) folder: Option<String>,
    pub(crate) files: u32,
    pub(crate) findings: Findings,
}

/// A file that was opened.
struct Opened {
    path: String,
    source: Source,
    bytes: Zeroizing<Vec<u8>>,
}

/// Looks in the paths, or in the known places when there is none.
pub(crate) fn search(paths: &[PathBuf]) -> Result<Searched> {
    let mut walk = Walk::default();
    if paths.is_empty()
        && let Some(home) = home()
    {
        for place in known_places(&home) {
            walk.place(&place.path, place.source);
        }
    }
    for path in paths {
        walk.named(path)?;
    }
    let files: Vec<SourceFile<'_>> = walk
        .opened
        .iter()
        .map(|file| SourceFile {
            path: &file.path,
            source: file.source,
            bytes: &file.bytes,
        })
        .collect();
    let mut findings = discovery::read(&files);
    findings.notes.splice(0..0, walk.notes);
    Ok(Searched {
        folder: paths
            .first()
            .filter(|path| path.is_dir())
            .map(|path| path.display().to_string()),
        files: u32::try_from(files.len()).unwrap_or(u32::MAX),
        findings,
    })
}

/// Tag and name of the product that a folder's connections could become.
pub(crate) fn product_of(folder: Option<&str>) -> (String, String) {
    let absolute = folder.and_then(|folder| fs::canonicalize(folder).ok());
    let name = absolute
        .as_deref()
        .and_then(Path::file_name)
        .map(|name| name.to_string_lossy().into_owned());
    let name = name.unwrap_or_else(|| "My databases".to_owned());
    let tag = catalog::suggest_tag(&name);
    match tag.is_empty() {
        true => ("my-databases".to_owned(), name),
        false => (tag, name),
    }
}

fn home() -> Option<Home> {
    let set = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let platform = match env::consts::OS {
        "windows" => Platform::Windows,
        "macos" => Platform::Mac,
        _ => Platform::Unix,
    };
    let folder = directories::BaseDirs::new()?
        .home_dir()
        .display()
        .to_string();
    Some(Home {
        platform,
        folder: folder.trim_end_matches(['/', '\\']).to_owned(),
        roaming: set("APPDATA"),
        config: set("XDG_CONFIG_HOME"),
        data: set("XDG_DATA_HOME"),
        pgpass: set("PGPASSFILE"),
        pg_service: set("PGSERVICEFILE"),
    })
}

#[derive(Default)]
struct Walk {
    opened: Vec<Opened>,
    notes: Vec<Note>,
    entries: usize,
}

impl Walk {
    fn note(&mut self, path: &Path, message: impl Into<String>) {
        self.notes.push(Note {
            file: path.display().to_string(),
            message: message.into(),
        });
    }

    /// Every file of a known place. What is not there is no news.
    fn place(&mut self, pattern: &str, source: Source) {
        let mut parts = pattern.split('/');
        let mut paths = vec![PathBuf::from(format!(
            "{}/",
            parts.next().unwrap_or_default()
        ))];
        for part in parts {
            let Some(begin) = part.strip_suffix('*') else {
                paths.iter_mut().for_each(|path| path.push(part));
                continue;
            };
            let mut inside = Vec::new();
            for path in &paths {
                inside.extend(self.list(path).into_iter().filter(|entry| {
                    let name = entry.file_name().unwrap_or_default().to_string_lossy();
                    name.starts_with(begin)
                }));
            }
            paths = inside;
        }
        for path in paths {
            if fs::metadata(&path).is_ok_and(|found| found.is_file()) {
                self.open(&path, source);
            }
        }
    }

    /// A folder or file that a person named.
    fn named(&mut self, path: &Path) -> Result<()> {
        let shown = path.display();
        let found = fs::metadata(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => AppError::new("not_found", format!("There is no {shown}.")),
            _ => AppError::new("io", format!("{shown} can't be read: {error}.")),
        })?;
        if found.is_dir() {
            self.folder(path);
            return Ok(());
        }
        let source = source_of(&shown.to_string()).filter(|_| found.is_file()).ok_or_else(|| {
            AppError::new(
                "not_found",
                format!("{shown} is no file of a kind that is known. Name one such as .env, or a folder."),
            )
        })?;
        self.open(path, source);
        Ok(())
    }

    /// The files of a folder and of those below it, the nearer ones first.
    fn folder(&mut self, folder: &Path) {
        let mut level = vec![folder.to_owned()];
        for _ in 0..=DEEPEST {
            let mut below = Vec::new();
            for folder in level {
                for path in self.list(&folder) {
                    // The entry itself, not what a link leads to: a link may lead anywhere, and in circles.
                    let Ok(found) = fs::symlink_metadata(&path) else {
                        continue;
                    };
                    let name = path
                        .file_name()
                        .unwrap_or_default()
                        .to_string_lossy()
                        .into_owned();
                    if found.is_dir() && is_searched(&name) {
                        below.push(path);
                    } else if found.is_file()
                        && let Some(source) = source_of(&path.display().to_string())
                    {
                        self.open(&path, source);
                    }
                }
            }
            level = below;
        }
        if self.entries >= MOST_ENTRIES || self.opened.len() >= MOST_FILES {
            self.note(
                folder,
                "The folder is so large that not all of it was searched. Choose a smaller one.",
            );
        }
    }

    /// The entries of a folder, sorted.
    fn list(&mut self, folder: &Path) -> Vec<PathBuf> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                if error.kind() == io::ErrorKind::PermissionDenied {
                    self.note(folder, "You may not read this folder.");
                }
                return Vec::new();
            }
        };
        let left = MOST_ENTRIES.saturating_sub(self.entries);
        let mut paths: Vec<PathBuf> = entries
            .flatten()
            .take(left)
            .map(|entry| entry.path())
            .collect();
        self.entries += paths.len();
        paths.sort();
        paths
    }

    fn open(&mut self, path: &Path, source: Source) {
        let shown = path.display().to_string();
        if self.opened.len() >= MOST_FILES || self.opened.iter().any(|file| file.path == shown) {
            return;
        }
        match read_bytes(path) {
            Ok(bytes) => self.opened.push(Opened {
                path: shown,
                source,
                bytes,
            }),
            Err(error) => self.note(path, format!("This file can't be read: {error}.")),
        }
    }
}

/// One byte more than the limit, so that what is too large is known to be.
fn read_bytes(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    fs::File::open(path)?
        .take(FILE_LIMIT as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}
