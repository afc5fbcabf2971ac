//! Folders of other tools: taken into a database's list, and written for them. The person, or the command, names the folder.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use catalog::Database;
use migrations::formats::{self, Format, FormatError, SourceFile};
use serde::Serialize;
use serde_json::{Map, Value, json};
use ts_rs::TS;
use uuid::Uuid;

use crate::dto::{MigrationFormat, MigrationImport, MigrationImportItem};
use crate::migration_record::{count, read_all};
use crate::{AppError, Result, Workbench};

/// A file of a folder that is larger is no migration.
const MOST_BYTES: u64 = 8 * 1024 * 1024;
/// A folder with more files is no folder of migrations.
const MOST_FILES: usize = 20_000;

/// Imports that were shown and wait for a yes, by token.
#[derive(Default)]
pub(crate) struct PlannedFolders(Mutex<HashMap<String, Planned>>);

struct Planned {
    database_id: String,
    folder: PathBuf,
    format: MigrationFormat,
}

impl PlannedFolders {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Planned>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an import of a folder would do, and the token that does it.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct MigrationImportPlanned {
    /// For `migration_import_apply`; good for one use.
    pub token: String,
    /// What it would do.
    pub view: MigrationImport,
}

/// What an export wrote, or would write.
#[derive(Clone, Debug, Serialize)]
pub struct MigrationExport {
    /// The names of the files.
    pub files: Vec<String>,
    /// How many were there already, the same.
    pub unchanged: usize,
}

impl From<MigrationFormat> for Format {
    fn from(format: MigrationFormat) -> Self {
        match format {
            MigrationFormat::Sqlx => Self::Sqlx,
            MigrationFormat::Dbmate => Self::Dbmate,
            MigrationFormat::Flyway => Self::Flyway,
            MigrationFormat::GolangMigrate => Self::GolangMigrate,
            MigrationFormat::MigrateMongo => Self::MigrateMongo,
        }
    }
}

fn format_error(error: FormatError) -> AppError {
    AppError::new("validation", error.message.clone()).with_detail(json!({
        "faults": [{ "field": "format", "code": error.code, "message": error.message }]
    }))
}

impl Workbench {
    /// Takes the migrations of a folder to the end of a database's list. One whose tag is used already is left alone.
    ///
    /// # Errors
    /// `io` where the folder can't be read, `validation` where it holds nothing of that tool.
    pub async fn migration_import_folder(
        &self,
        database_id: String,
        folder: PathBuf,
        format: MigrationFormat,
        dry_run: bool,
    ) -> Result<MigrationImport> {
        let database = self.database_by_id(&database_id).await?;
        let (files, mut notes) = read_folder(folder).await?;
        let set =
            formats::read(&files, format.into(), database.database_type).map_err(format_error)?;
        notes.extend(set.notes.iter().map(ToString::to_string));
        let exists = |tag: &str| database.migrations.iter().any(|item| item.tag() == tag);
        let items = set
            .migrations
            .iter()
            .map(|migration| MigrationImportItem {
                tag: migration.tag.clone(),
                name: migration.name.clone(),
                up: count(&migration.up),
                down: count(&migration.down),
                exists: exists(&migration.tag),
            })
            .collect();
        if !dry_run {
            let new = set.migrations.into_iter();
            let new: Vec<Map<String, Value>> = new
                .filter(|migration| !exists(&migration.tag))
                .map(|migration| migration.record)
                .collect();
            self.append_migrations(&database, new).await?;
        }
        Ok(MigrationImport {
            migrations: items,
            notes,
        })
    }

    /// Adds many at once, so that one undo takes them back.
    async fn append_migrations(
        &self,
        database: &Database,
        new: Vec<Map<String, Value>>,
    ) -> Result<()> {
        if new.is_empty() {
            return Ok(());
        }
        let new: Vec<Value> = new.into_iter().map(Value::Object).collect();
        // A patch adds what it names to what is there.
        let patch = json!({ "migrations": new, "revision": database.revision });
        let context = self.context();
        let (product, id) = (database.product_id.clone(), database.id.clone());
        self.on_catalog(move |catalog| {
            let patch = catalog.check_database_patch(&product, &id, &patch)?;
            catalog.update_database(&context, &product, &id, &patch)
        })
        .await
        .map(drop)
    }

    /// What an import of a folder that a person chose would do; [`Workbench::migration_import_apply`] does it.
    pub async fn migration_import_plan(
        &self,
        database_id: String,
        folder: PathBuf,
        format: MigrationFormat,
    ) -> Result<MigrationImportPlanned> {
        let view = self
            .migration_import_folder(database_id.clone(), folder.clone(), format, true)
            .await?;
        let token = Uuid::now_v7().to_string();
        let planned = Planned {
            database_id,
            folder,
            format,
        };
        self.inner.folders.lock().insert(token.clone(), planned);
        Ok(MigrationImportPlanned { token, view })
    }

    /// Does what was shown.
    pub async fn migration_import_apply(&self, token: String) -> Result<MigrationImport> {
        let planned = self.inner.folders.lock().remove(&token);
        let planned = planned.ok_or_else(|| {
            AppError::new(
                "not_found",
                "This import was already done. Choose the folder again.",
            )
        })?;
        self.migration_import_folder(planned.database_id, planned.folder, planned.format, false)
            .await
    }

    /// Writes the migrations of a database to a folder, which is made where there is none.
    ///
    /// # Errors
    /// `refused` when a file of one of the names is there with another content: nothing is overwritten, and nothing is written then.
    pub async fn migration_export_folder(
        &self,
        database_id: String,
        folder: PathBuf,
        format: MigrationFormat,
        dry_run: bool,
    ) -> Result<MigrationExport> {
        let database = self.database_by_id(&database_id).await?;
        let migrations = read_all(&database)?;
        let files = formats::write(&migrations, format.into(), database.database_type)
            .map_err(format_error)?;
        tokio::task::spawn_blocking(move || write_folder(&folder, &files, dry_run))
            .await
            .map_err(AppError::internal)?
    }
}

fn io_error(path: &Path, done: &str, error: &io::Error) -> AppError {
    let code = match error.kind() {
        io::ErrorKind::NotFound => "not_found",
        _ => "io",
    };
    AppError::new(
        code,
        format!("{} can't be {done}: {error}.", path.display()),
    )
}

async fn read_folder(folder: PathBuf) -> Result<(Vec<SourceFile>, Vec<String>)> {
    tokio::task::spawn_blocking(move || read_files(&folder))
        .await
        .map_err(AppError::internal)?
}

/// The files of a folder as texts. What lies in folders inside of it is none of its migrations.
fn read_files(folder: &Path) -> Result<(Vec<SourceFile>, Vec<String>)> {
    let listed = fs::read_dir(folder).map_err(|error| io_error(folder, "read", &error))?;
    let (mut files, mut notes) = (Vec::new(), Vec::new());
    for entry in listed {
        let entry = entry.map_err(|error| io_error(folder, "read", &error))?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with('.') || !path.is_file() {
            continue;
        }
        if files.len() >= MOST_FILES {
            return Err(AppError::refused(format!(
                "{} has more than {MOST_FILES} files, which no folder of migrations has.",
                folder.display()
            )));
        }
        match read_text(&path) {
            Ok(Some(text)) => files.push(SourceFile { path: name, text }),
            Ok(None) => notes.push(format!(
                "{name}: no text, or larger than 8 MiB; it was left out."
            )),
            Err(error) => return Err(io_error(&path, "read", &error)),
        }
    }
    Ok((files, notes))
}

fn read_text(path: &Path) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(MOST_BYTES + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Ok(None);
    }
    Ok(String::from_utf8(bytes).ok())
}

fn write_folder(folder: &Path, files: &[SourceFile], dry_run: bool) -> Result<MigrationExport> {
    let mut new = Vec::new();
    let mut different = Vec::new();
    for file in files {
        let path = folder.join(&file.path);
        match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => new.push((path, file)),
            Err(error) => return Err(io_error(&path, "read", &error)),
            Ok(there) if there == file.text.as_bytes() => {}
            Ok(_) => different.push(file.path.as_str()),
        }
    }
    if !different.is_empty() {
        return Err(AppError::refused(format!(
            "{} has other files of these names: {}. Nothing was written. Choose another folder, or move them away.",
            folder.display(),
            different.join(", ")
        ))
        .with_detail(json!({ "files": different })));
    }
    if !dry_run {
        fs::create_dir_all(folder).map_err(|error| io_error(folder, "made", &error))?;
        for (path, file) in &new {
            write_new(path, &file.text).map_err(|error| io_error(path, "written", &error))?;
        }
    }
    Ok(MigrationExport {
        unchanged: files.len() - new.len(),
        files: new.iter().map(|(_, file)| file.path.clone()).collect(),
    })
}

/// Fails where a file has come there meanwhile.
fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::options().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}
