//! Databases and their environment configs.

use std::collections::BTreeMap;

use catalog::{
    CatalogError, Database, DatabasePatch, DatabaseType, EnvironmentConfig, NewDatabase,
    SubjectKind, UrlText,
};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::action_record::faults_in_database;
use crate::dto::{Changed, ConfigInput, DatabaseInput, DatabasePatchInput, DatabaseView};
use crate::error::FieldFault;
use crate::keyring_entries::NewEntries;
use crate::migration_record;
use crate::products::set;
use crate::sealing::Unsealed;
use crate::view::database_view;
use crate::{AppError, Result, Workbench};

/// What an editor hands in beside the record: never part of it, so that no file can name it.
#[derive(Default)]
struct Beside {
    typed: BTreeMap<String, Zeroizing<String>>,
    copy_from: Option<String>,
}

/// By the slug of the environment config.
type BesideBySlug = BTreeMap<String, Beside>;

fn split(configs: Vec<ConfigInput>) -> (Vec<Value>, BesideBySlug) {
    let mut beside = BesideBySlug::new();
    let records = configs
        .into_iter()
        .map(|config| {
            let mut record =
                json!({ "slug": config.slug, "connection_url": config.connection_url });
            set(
                &mut record,
                "description",
                config.description.map(Value::from),
            );
            let typed = config
                .secrets
                .into_iter()
                .map(|(slot, plain)| (slot, plain.into()))
                .collect();
            beside.insert(
                config.slug,
                Beside {
                    typed,
                    copy_from: config.copy_from,
                },
            );
            record
        })
        .collect();
    (records, beside)
}

impl Workbench {
    /// A product's databases, whole.
    pub async fn database_list(&self, product: String) -> Result<Vec<DatabaseView>> {
        self.on_catalog(move |catalog| {
            Ok(catalog
                .fetch_databases(&product)?
                .iter()
                .map(database_view)
                .collect())
        })
        .await
    }

    /// One database by tag or id.
    pub async fn database_fetch(&self, product: String, database: String) -> Result<DatabaseView> {
        self.on_catalog(move |catalog| {
            Ok(database_view(&catalog.fetch_database(&product, &database)?))
        })
        .await
    }

    /// One database as the record of domain.md, with its id and revision, secrets as `***` or real when `reveal`.
    pub async fn database_record(
        &self,
        product: String,
        database: String,
        reveal: bool,
    ) -> Result<Value> {
        let record = self
            .on_catalog(move |catalog| catalog.fetch_database(&product, &database))
            .await?;
        let mut value = interchange(&record);
        if reveal {
            for (index, config) in record.envs.iter().enumerate() {
                let url = self.real_url(&record, config).await?;
                if let Some(place) = value.pointer_mut(&format!("/envs/{index}/connection_url")) {
                    *place = Value::from(url.expose());
                }
                self.note_reveal(&record, config).await?;
            }
        }
        Ok(value)
    }

    /// As [`Workbench::database_record`] for every database of a product, secrets as `***`.
    pub async fn database_records(&self, product: String) -> Result<Vec<Value>> {
        self.on_catalog(move |catalog| {
            Ok(catalog
                .fetch_databases(&product)?
                .iter()
                .map(interchange)
                .collect())
        })
        .await
    }

    /// Makes a database. Its secrets go to the keyring first, then the record is committed.
    pub async fn database_create(
        &self,
        product: String,
        input: DatabaseInput,
    ) -> Result<Changed<DatabaseView>> {
        let (envs, beside) = split(input.envs);
        let mut record = json!({ "name": input.name, "tag": input.tag, "type": input.database_type, "envs": envs });
        set(
            &mut record,
            "description",
            input.description.map(Value::from),
        );
        self.create(product, record, beside).await
    }

    /// As [`Workbench::database_create`], from the record of domain.md.
    pub async fn database_create_record(
        &self,
        product: String,
        record: Value,
    ) -> Result<Changed<DatabaseView>> {
        self.create(product, record, BesideBySlug::new()).await
    }

    async fn create(
        &self,
        product: String,
        record: Value,
        mut beside: BesideBySlug,
    ) -> Result<Changed<DatabaseView>> {
        let (product, checked) = self
            .on_catalog(move |catalog| {
                let owner = catalog.fetch_product(&product)?;
                let database_type = type_of(&record);
                let checked = catalog.check_new_database(&owner.id, &record);
                Ok((owner, with_templates(checked, &record, database_type, None)))
            })
            .await?;
        let mut new: NewDatabase = checked?;
        let mut entries = NewEntries::default();
        for (index, config) in new.envs.iter_mut().enumerate() {
            let beside = beside.remove(&config.slug).unwrap_or_default();
            let sealed = self
                .seal(
                    Unsealed {
                        text: config.connection_url.expose(),
                        database_type: new.database_type,
                        typed: beside.typed,
                        copy_from: self.copy_source(beside.copy_from).await?,
                        address: format!("{}/{}@{}", product.tag, new.tag, config.slug),
                        field: format!("envs[{index}].connection_url"),
                    },
                    &mut entries,
                )
                .await?;
            config.connection_url = UrlText::new(sealed.text);
            config.secrets = sealed.secrets;
        }
        let context = self.context();
        let commit = self.on_catalog(move |catalog| {
            Ok(changed(&catalog.create_database(
                &context,
                &product.id,
                &new,
            )?))
        });
        self.commit_sealed(entries, commit).await
    }

    /// Changes what the patch names; `id` is the database's id.
    pub async fn database_update(
        &self,
        id: String,
        patch: DatabasePatchInput,
    ) -> Result<Changed<DatabaseView>> {
        let product = self.product_of(SubjectKind::Database, &id).await?;
        let (envs, beside) = split(patch.envs);
        let mut record = json!({});
        set(&mut record, "name", patch.name.map(Value::from));
        set(&mut record, "tag", patch.tag.map(Value::from));
        set(
            &mut record,
            "description",
            patch.description.map(Value::from),
        );
        set(
            &mut record,
            "envs",
            Some(envs).filter(|envs| !envs.is_empty()).map(Value::from),
        );
        set(
            &mut record,
            "remove_envs",
            Some(patch.remove_envs)
                .filter(|slugs| !slugs.is_empty())
                .map(Value::from),
        );
        set(&mut record, "revision", patch.revision.map(Value::from));
        self.update(product, id, record, beside).await
    }

    /// As [`Workbench::database_update`], from a patch as JSON; `database` is a tag or an id.
    pub async fn database_update_record(
        &self,
        product: String,
        database: String,
        record: Value,
    ) -> Result<Changed<DatabaseView>> {
        self.update(product, database, record, BesideBySlug::new())
            .await
    }

    async fn update(
        &self,
        product: String,
        database: String,
        record: Value,
        mut beside: BesideBySlug,
    ) -> Result<Changed<DatabaseView>> {
        let (product, stored, checked): (_, Database, _) = self
            .on_catalog(move |catalog| {
                let owner = catalog.fetch_product(&product)?;
                let stored = catalog.fetch_database(&owner.id, &database)?;
                let checked = catalog.check_database_patch(&owner.id, &stored.id, &record);
                let database_type = Some(stored.database_type);
                let checked = with_templates(checked, &record, database_type, Some(&stored));
                Ok((owner, stored, checked))
            })
            .await?;
        let mut patch: DatabasePatch = checked?;
        self.guard_migrations(&stored, &patch).await?;
        let mut entries = NewEntries::default();
        for (index, config) in patch.envs.iter_mut().enumerate() {
            let beside = beside.remove(&config.slug).unwrap_or_default();
            let typed = beside.typed;
            let text = match (&config.connection_url, stored.config(&config.slug)) {
                (Some(text), _) => text.clone(),
                // A new password alone: the URL is the stored one.
                (None, Some(stored)) if !typed.is_empty() => {
                    UrlText::new(stored.connection_url.clone())
                }
                _ => continue,
            };
            let sealed = self
                .seal(
                    Unsealed {
                        text: text.expose(),
                        database_type: stored.database_type,
                        typed,
                        copy_from: self.copy_source(beside.copy_from).await?,
                        address: format!("{}/{}@{}", product.tag, stored.tag, config.slug),
                        field: format!("envs[{index}].connection_url"),
                    },
                    &mut entries,
                )
                .await?;
            config.connection_url = Some(UrlText::new(sealed.text));
            config.secrets = sealed.secrets;
        }
        let context = self.context();
        let commit = self.on_catalog(move |catalog| {
            Ok(changed(&catalog.update_database(
                &context,
                &product.id,
                &stored.id,
                &patch,
            )?))
        });
        self.commit_sealed(entries, commit).await
    }

    /// Deletes a database by its id; the answer undoes it. Its keyring entries stay as long as undo is possible.
    pub async fn database_delete(&self, id: String) -> Result<String> {
        let product = self.product_of(SubjectKind::Database, &id).await?;
        self.database_delete_in(product, id).await
    }

    /// Deletes a database by tag or id.
    pub async fn database_delete_in(&self, product: String, database: String) -> Result<String> {
        let context = self.context();
        self.on_catalog(move |catalog| {
            Ok(catalog
                .delete_database(&context, &product, &database, None)?
                .activity_id
                .unwrap_or_default())
        })
        .await
    }

    /// Removes a database's config for one environment.
    pub async fn database_unset(
        &self,
        product: String,
        database: String,
        slug: String,
    ) -> Result<Changed<DatabaseView>> {
        let context = self.context();
        self.on_catalog(move |catalog| {
            Ok(changed(&catalog.unset_environment_config(
                &context, &product, &database, &slug, None,
            )?))
        })
        .await
    }

    /// A cell by its id, with its database.
    pub(crate) async fn config_by_id(
        &self,
        config_id: &str,
    ) -> Result<(Database, EnvironmentConfig)> {
        let id = config_id.to_owned();
        self.on_catalog(move |catalog| {
            let place = catalog.locate(SubjectKind::EnvironmentConfig, &id)?;
            let database = catalog.fetch_database(
                &place.product_id,
                place.database_id.as_deref().unwrap_or_default(),
            )?;
            let config = database.envs.iter().find(|config| config.id == id).cloned();
            Ok(config.map(|config| (database, config)))
        })
        .await?
        .ok_or_else(|| AppError::not_found("environment config", config_id))
    }

    /// The stored config of a database for a slug, where there is one.
    pub(crate) async fn stored_config(
        &self,
        database_id: Option<&str>,
        slug: &str,
    ) -> Result<Option<EnvironmentConfig>> {
        let Some(id) = database_id else {
            return Ok(None);
        };
        Ok(self.database_by_id(id).await?.config(slug).cloned())
    }

    /// A database by its id, whatever its product.
    pub(crate) async fn database_by_id(&self, id: &str) -> Result<Database> {
        let id = id.to_owned();
        self.on_catalog(move |catalog| {
            let place = catalog.locate(SubjectKind::Database, &id)?;
            catalog.fetch_database(&place.product_id, &id)
        })
        .await
    }

    async fn copy_source(&self, config_id: Option<String>) -> Result<Option<EnvironmentConfig>> {
        match config_id {
            Some(id) => Ok(Some(self.config_by_id(&id).await?.1)),
            None => Ok(None),
        }
    }
}

/// The engine that a record names, when it names one.
fn type_of(record: &Value) -> Option<DatabaseType> {
    record.get("type")?.as_str()?.parse().ok()
}

/// What the catalog says of a record, with the faults of the templates of its actions.
fn with_templates<T>(
    checked: Result<T, CatalogError>,
    record: &Value,
    database_type: Option<DatabaseType>,
    stored: Option<&Database>,
) -> Result<T> {
    let mut faults = match &checked {
        Err(CatalogError::Validation(faults)) => faults.iter().map(FieldFault::from).collect(),
        Err(_) => return Ok(checked?),
        Ok(_) => Vec::new(),
    };
    if let Some(database_type) = database_type {
        let actions = stored.map_or(&[][..], |stored| &stored.actions);
        faults.extend(faults_in_database(record, database_type, actions));
        let migrations = stored.map_or(&[][..], |stored| &stored.migrations);
        faults.extend(migration_record::faults_in_database(
            record,
            database_type,
            migrations,
        ));
    }
    match checked {
        Ok(read) if faults.is_empty() => Ok(read),
        _ => Err(AppError::field_faults(&faults)),
    }
}

fn changed(committed: &catalog::Committed<Database>) -> Changed<DatabaseView> {
    Changed {
        record: database_view(&committed.record),
        activity_id: committed.activity_id.clone(),
        hints: Vec::new(),
    }
}

/// The record as domain.md has it, with what a script needs to change it again: ids and the revision. Which keyring
/// entry fills which place is nobody's business outside.
pub(crate) fn interchange(database: &Database) -> Value {
    let mut value = serde_json::to_value(database).unwrap_or(Value::Null);
    if let Some(configs) = value.get_mut("envs").and_then(Value::as_array_mut) {
        for config in configs.iter_mut().filter_map(Value::as_object_mut) {
            config.remove("secrets");
            config.remove("environment_id");
        }
    }
    if let Some(fields) = value.as_object_mut() {
        fields.remove("product_id");
    }
    value
}
