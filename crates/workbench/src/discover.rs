//! Finding the connections that other programs have on this machine, and taking over those that a person chooses.
//!
//! A search reads (`discovery_files`), the proposal groups what it found into databases and environments
//! (`discovery_proposal`), and what a person chose goes the way of every import: a dry run first, then all of it or nothing. What was
//! found stays in memory, and only what is masked goes to a face. Nothing that is configured is ever replaced.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use catalog::{
    Database, DatabaseType, EnvironmentClass, ExportDatabase, ExportDocument, ExportEnvironment,
    ExportEnvironmentConfig, ExportProduct, Fault, FaultCode, Product, UrlText,
};
use discovery::FoundUrl;

use crate::discovery_files::{self, Searched};
use crate::discovery_proposal::{known_key, propose};
use crate::dto::{
    DiscoveredView, DiscoveryNote, DiscoveryPick, DiscoveryPlanned, DiscoveryRequest,
    DiscoverySecret, DiscoveryView,
};
use crate::{AppError, Result, Workbench};

/// What the last search of this process found, secrets and all.
#[derive(Default)]
pub(crate) struct LastSearch(Mutex<Vec<Discovered>>);

/// A connection that was found, as it is shown, and its URL.
pub(crate) struct Discovered {
    pub(crate) view: DiscoveredView,
    /// What people call the environment that was guessed.
    pub(crate) environment_name: Option<String>,
    pub(crate) url: FoundUrl,
}

/// A chosen connection with the place that it gets.
struct Placed {
    database: String,
    database_name: String,
    database_type: DatabaseType,
    environment: String,
    environment_name: Option<String>,
    url: UrlText,
    secrets: Vec<String>,
}

/// The product that the chosen ones go into, as it is.
struct Target {
    product: Option<Product>,
    slugs: HashSet<String>,
    databases: Vec<Database>,
}

impl Workbench {
    /// Looks for connections: in the folders and files that a person named, or else in the places of the home folder where other
    /// programs keep theirs. Changes nothing, and asks no keyring.
    ///
    /// # Errors
    /// `not_found` and `io` for a path that can't be read; files inside that can't be are noted.
    pub async fn discover(&self, paths: Vec<PathBuf>) -> Result<DiscoveryView> {
        let searched = tokio::task::spawn_blocking(move || discovery_files::search(&paths))
            .await
            .map_err(AppError::internal)??;
        let known = self.on_catalog(known_addresses).await?;
        let Searched {
            folder,
            files,
            findings,
        } = searched;
        let (product, product_name) = discovery_files::product_of(folder.as_deref());
        let notes = findings.notes;
        let found = propose(findings.connections, &known);
        let view = DiscoveryView {
            folder,
            product,
            product_name,
            connections: found.iter().map(|each| each.view.clone()).collect(),
            notes: notes
                .into_iter()
                .map(|note| DiscoveryNote {
                    file: note.file,
                    message: note.message,
                })
                .collect(),
            files,
        };
        *self.last_search() = found;
        Ok(view)
    }

    /// What taking over the chosen ones would do; [`Workbench::import_apply`] does it. Changes nothing.
    ///
    /// # Errors
    /// `not_found` for what the last search did not find, and `validation` where something is configured already.
    pub async fn discover_plan(&self, request: DiscoveryRequest) -> Result<DiscoveryPlanned> {
        let placed = self.placed(&request.picks)?;
        let tag = request.product.clone();
        let target = self
            .on_catalog(move |catalog| {
                let products = catalog.fetch_products()?;
                let Some(product) = products.into_iter().find(|product| product.tag == tag) else {
                    return Ok(Target {
                        product: None,
                        slugs: HashSet::new(),
                        databases: Vec::new(),
                    });
                };
                let environments = catalog.fetch_environments(&product.id)?;
                Ok(Target {
                    slugs: environments.into_iter().map(|each| each.slug).collect(),
                    databases: catalog.fetch_databases(&product.id)?,
                    product: Some(product),
                })
            })
            .await?;
        let faults = collisions(&placed, &target);
        if !faults.is_empty() {
            return Err(AppError::validation(&faults));
        }
        let keyring = placed
            .iter()
            .flat_map(|each| {
                let address = format!("{}/{}@{}", request.product, each.database, each.environment);
                each.secrets.iter().map(move |slot| DiscoverySecret {
                    address: address.clone(),
                    slot: slot.clone(),
                })
            })
            .collect();
        let planned = self
            .import_plan_document(document(&request, placed, &target))
            .await?;
        Ok(DiscoveryPlanned {
            token: planned.token,
            view: planned.view,
            keyring,
        })
    }

    /// As [`Workbench::discover_plan`], and does it at once unless it is only to be shown.
    pub async fn discover_into(
        &self,
        request: DiscoveryRequest,
        dry_run: bool,
    ) -> Result<DiscoveryPlanned> {
        let mut planned = self.discover_plan(request).await?;
        let token = std::mem::take(&mut planned.token);
        if !dry_run {
            planned.view = self.import_apply(token).await?;
        }
        Ok(planned)
    }

    fn last_search(&self) -> MutexGuard<'_, Vec<Discovered>> {
        self.inner
            .last_search
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn placed(&self, picks: &[DiscoveryPick]) -> Result<Vec<Placed>> {
        let found = self.last_search();
        let by_id: HashMap<&str, &Discovered> = found
            .iter()
            .map(|each| (each.view.id.as_str(), each))
            .collect();
        if picks.is_empty() {
            return Err(AppError::new("usage", "Choose at least one connection."));
        }
        let placed = picks.iter().map(|pick| {
            let each = by_id.get(pick.id.as_str()).ok_or_else(|| {
                AppError::new(
                    "not_found",
                    format!(
                        "The last search found no connection {}. Search again.",
                        pick.id
                    ),
                )
            })?;
            let view = &each.view;
            let environment = pick
                .environment
                .clone()
                .unwrap_or_else(|| view.environment.clone());
            let own_name = pick.database.as_ref().filter(|tag| **tag != view.database);
            Ok(Placed {
                database: pick
                    .database
                    .clone()
                    .unwrap_or_else(|| view.database.clone()),
                database_name: own_name
                    .cloned()
                    .unwrap_or_else(|| view.database_name.clone()),
                database_type: view.database_type,
                environment_name: each
                    .environment_name
                    .clone()
                    .filter(|_| environment == view.environment),
                environment,
                url: UrlText::new(each.url.expose()),
                secrets: view.secrets.clone(),
            })
        });
        placed.collect()
    }
}

impl DiscoveryView {
    /// Those that say something new: neither the same as another nor configured already.
    #[must_use]
    pub fn new_ones(&self) -> Vec<DiscoveryPick> {
        let is_new =
            |each: &&DiscoveredView| each.duplicate_of.is_none() && each.known_as.is_none();
        let picked = self
            .connections
            .iter()
            .filter(is_new)
            .map(|each| DiscoveryPick {
                id: each.id.clone(),
                database: None,
                environment: None,
            });
        picked.collect()
    }
}

/// The addresses of every connection here, by what tells it from others.
fn known_addresses(
    catalog: &dyn catalog::Catalog,
) -> Result<HashMap<String, String>, catalog::CatalogError> {
    let mut known = HashMap::new();
    for product in catalog.fetch_products()? {
        for database in catalog.fetch_databases(&product.id)? {
            for config in &database.envs {
                let address = format!("{}/{}@{}", product.tag, database.tag, config.slug);
                let key = known_key(database.database_type, &config.connection_url);
                known.entry(key).or_insert(address);
            }
        }
    }
    Ok(known)
}

/// A fault for each chosen one whose place is taken: by what is configured, by another chosen one, or by a database of another
/// engine.
fn collisions(placed: &[Placed], target: &Target) -> Vec<Fault> {
    let mut places = HashSet::new();
    let mut types: HashMap<&str, DatabaseType> = HashMap::new();
    let mut faults = Vec::new();
    for (index, each) in placed.iter().enumerate() {
        let here = target
            .databases
            .iter()
            .find(|database| database.tag == each.database);
        let engine = here.map_or(each.database_type, |database| database.database_type);
        let engine = *types.entry(&each.database).or_insert(engine);
        let configured = here.is_some_and(|database| {
            database
                .envs
                .iter()
                .any(|config| config.slug == each.environment)
        });
        let message = if engine != each.database_type {
            format!(
                "{} is a {engine} database. Choose another database.",
                each.database
            )
        } else if configured || !places.insert((&each.database, &each.environment)) {
            format!(
                "{} has a connection in {} already. Choose another database or environment.",
                each.database, each.environment
            )
        } else {
            continue;
        };
        faults.push(Fault::new(
            format!("picks[{index}]"),
            FaultCode::Duplicate,
            message,
        ));
    }
    faults
}

/// The chosen ones as a document, which names nothing of what is here but what it adds to.
fn document(request: &DiscoveryRequest, placed: Vec<Placed>, target: &Target) -> ExportDocument {
    let mut environments: Vec<ExportEnvironment> = Vec::new();
    let mut databases: BTreeMap<String, ExportDatabase> = BTreeMap::new();
    for each in placed {
        let is_new = !target.slugs.contains(&each.environment)
            && !environments
                .iter()
                .any(|environment| environment.slug == each.environment);
        if is_new {
            environments.push(ExportEnvironment {
                env_name: Some(
                    each.environment_name
                        .unwrap_or_else(|| each.environment.clone()),
                ),
                slug: each.environment.clone(),
                description: None,
                order: None,
                active: None,
                class: None,
                extra: catalog::Extra::default(),
            });
        }
        let here = target
            .databases
            .iter()
            .any(|database| database.tag == each.database);
        let database = databases
            .entry(each.database.clone())
            .or_insert_with(|| ExportDatabase {
                name: (!here).then_some(each.database_name),
                tag: each.database,
                database_type: each.database_type,
                description: None,
                envs: Vec::new(),
                actions: Vec::new(),
                migrations: Vec::new(),
                extra: catalog::Extra::default(),
            });
        database.envs.push(ExportEnvironmentConfig {
            slug: each.environment,
            connection_url: each.url,
            description: None,
            secrets: BTreeMap::new(),
            extra: catalog::Extra::default(),
        });
    }
    environments.sort_by_key(|environment| column(&environment.slug));
    let name = request
        .product_name
        .clone()
        .filter(|name| !name.trim().is_empty());
    let product = ExportProduct {
        tag: request.product.clone(),
        name: match target.product {
            Some(_) => None,
            None => Some(name.unwrap_or_else(|| request.product.clone())),
        },
        description: None,
        environments,
        databases: databases.into_values().collect(),
        extra: catalog::Extra::default(),
    };
    ExportDocument {
        products: vec![product],
        ..ExportDocument::default()
    }
}

/// Where a column stands: development first, production last.
pub(crate) fn column(slug: &str) -> u8 {
    match EnvironmentClass::guess_from_slug(slug) {
        EnvironmentClass::Development => 0,
        EnvironmentClass::Staging => 1,
        EnvironmentClass::Production => 2,
    }
}
