//! A workbench with a product, and the actions that a test makes and runs in it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use secrets::MemoryStore;
use serde_json::{Value, json};
use workbench::{
    ActionInputs, ActionRecordInput, ActionRunRequest, ActionTypeView, AppError, ColumnView,
    ConfigInput, DatabaseInput, EnvironmentInput, Options, Origin, ProductInput, RunEvent, RunPage,
    Workbench,
};

/// A workbench over a catalog of its own, with the environments `dev`, `stg` and `prd`.
pub struct Bench {
    folder: tempfile::TempDir,
    pub workbench: Workbench,
    pub product: String,
    named: AtomicUsize,
}

/// An action to make; its tag is chosen.
#[derive(Clone, Copy)]
pub struct Act<'a> {
    pub kind: ActionTypeView,
    /// The table or collection.
    pub table: &'a str,
    pub template: &'a str,
    pub filter: Option<&'a str>,
    pub all_rows: bool,
    pub script: bool,
}

impl<'a> Act<'a> {
    pub fn new(kind: ActionTypeView, template: &'a str) -> Self {
        Self {
            kind,
            table: "t",
            template,
            filter: None,
            all_rows: false,
            script: false,
        }
    }

    pub fn read(template: &'a str) -> Self {
        Self::new(ActionTypeView::Read, template)
    }

    pub fn create(template: &'a str) -> Self {
        Self::new(ActionTypeView::Create, template)
    }

    pub fn update(template: &'a str, filter: &'a str) -> Self {
        Self::new(ActionTypeView::Update, template).filtered(filter)
    }

    pub fn delete(template: &'a str, filter: &'a str) -> Self {
        Self::new(ActionTypeView::Delete, template).filtered(filter)
    }

    pub fn filtered(self, filter: &'a str) -> Self {
        Self {
            filter: Some(filter),
            ..self
        }
    }

    pub fn script(self) -> Self {
        Self {
            script: true,
            ..self
        }
    }
}

/// What a run gave.
#[derive(Debug)]
pub struct Ran {
    pub columns: Vec<ColumnView>,
    /// The rows of the page.
    pub rows: Vec<Vec<Value>>,
    pub page: RunPage,
}

impl Ran {
    /// The one value of one row.
    #[track_caller]
    pub fn one(&self) -> &Value {
        assert_eq!((self.rows.len(), self.rows[0].len()), (1, 1), "{self:?}");
        &self.rows[0][0]
    }

    pub fn affected(&self) -> Option<u64> {
        self.page.affected
    }
}

/// What a run tells while it goes on.
#[derive(Default)]
pub struct Told {
    pub columns: Vec<ColumnView>,
    pub rows: Vec<Vec<Value>>,
    /// How many rows each event had.
    pub batches: Vec<usize>,
    /// The codes of what was tried again.
    pub retried: Vec<String>,
}

/// Takes the events of a run.
#[derive(Clone, Default)]
pub struct Listener(pub Arc<Mutex<Told>>);

impl Listener {
    pub fn hear(&self, event: RunEvent) {
        let mut told = self.0.lock().unwrap();
        match event {
            RunEvent::Columns { columns } => told.columns = columns,
            RunEvent::Rows { rows } => {
                let rows: Vec<Vec<Value>> = serde_json::from_str(rows.get()).unwrap();
                told.batches.push(rows.len());
                told.rows.extend(rows);
            }
            RunEvent::Retrying { code, .. } => told.retried.push(code),
            RunEvent::Connected { .. } => {}
        }
    }

    pub fn rows(&self) -> usize {
        self.0.lock().unwrap().rows.len()
    }
}

pub async fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        data_dir: Some(folder.path().to_owned()),
        origin: Origin::Window,
    };
    let store = Arc::new(MemoryStore::default());
    let workbench = Workbench::open_with(options, store).await.unwrap();
    let environment = |slug: &str| EnvironmentInput {
        env_name: slug.to_owned(),
        slug: slug.to_owned(),
        description: None,
        active: None,
        class: None,
    };
    let input = ProductInput {
        tag: "shop".to_owned(),
        name: "Shop".to_owned(),
        description: None,
        environments: ["dev", "stg", "prd"].map(environment).to_vec(),
    };
    let product = workbench.product_create(input).await.unwrap().record.id;
    Bench {
        folder,
        workbench,
        product,
        named: AtomicUsize::new(0),
    }
}

/// The values of a run: `data` alone where it has no `data` and no `filter`.
pub fn input(value: &Value) -> ActionInputs {
    let whole = value
        .as_object()
        .is_some_and(|object| object.keys().all(|key| key == "data" || key == "filter"));
    let json = if whole {
        value.to_string()
    } else {
        json!({ "data": value }).to_string()
    };
    ActionInputs { json }
}

impl Bench {
    fn name(&self, what: &str) -> String {
        format!("{what}{}", self.named.fetch_add(1, Ordering::Relaxed))
    }

    /// A database with an URL for each environment named; answers its id.
    pub async fn database(&self, database_type: &str, envs: &[(&str, &str)]) -> String {
        let tag = self.name("db");
        self.database_tagged(&tag, database_type, envs).await
    }

    pub async fn database_tagged(
        &self,
        tag: &str,
        database_type: &str,
        envs: &[(&str, &str)],
    ) -> String {
        let config = |&(slug, url): &(&str, &str)| ConfigInput {
            slug: slug.to_owned(),
            connection_url: url.to_owned(),
            secrets: BTreeMap::new(),
            description: None,
            copy_from: None,
        };
        let input = DatabaseInput {
            name: tag.to_owned(),
            tag: tag.to_owned(),
            database_type: database_type.to_owned(),
            description: None,
            envs: envs.iter().map(config).collect(),
        };
        let made = self.workbench.database_create(self.product.clone(), input);
        made.await.unwrap().record.id
    }

    /// Makes an action; answers its id.
    pub async fn action(&self, database: &str, act: Act<'_>) -> String {
        let tag = self.name("a");
        let input = ActionRecordInput {
            name: tag.clone(),
            tag,
            table_name: act.table.to_owned(),
            action_type: act.kind,
            template: act.template.to_owned(),
            filter_template: act.filter.map(str::to_owned),
            description: None,
            data: None,
            filter_data: None,
            all_rows: act.all_rows,
            script: act.script,
        };
        match self
            .workbench
            .action_create(database.to_owned(), input)
            .await
        {
            Ok(made) => made.record.id,
            Err(error) => panic!("{}: {error:?}", act.template),
        }
    }

    /// A run in `dev` that asks for nothing special.
    pub fn request(&self, action: &str, values: &Value) -> ActionRunRequest {
        ActionRunRequest {
            run_id: self.name("run"),
            action_id: action.to_owned(),
            env: "dev".to_owned(),
            input: input(values),
            confirm: None,
            retries: 0,
            limit: None,
            bytes: None,
        }
    }

    pub async fn run_request(&self, request: ActionRunRequest) -> Result<Ran, AppError> {
        let listener = Listener::default();
        let heard = listener.clone();
        let run = self
            .workbench
            .action_run(request, move |event| heard.hear(event));
        let page = run.await?;
        let told = std::mem::take(&mut *listener.0.lock().unwrap());
        Ok(Ran {
            columns: told.columns,
            rows: told.rows,
            page,
        })
    }

    pub async fn run(&self, action: &str, values: Value) -> Result<Ran, AppError> {
        self.run_request(self.request(action, &values)).await
    }

    /// Makes an action and runs it.
    pub async fn do_once(&self, database: &str, act: Act<'_>, values: Value) -> Ran {
        let action = self.action(database, act).await;
        match self.run(&action, values).await {
            Ok(ran) => ran,
            Err(error) => panic!("{}: {error:?}", act.template),
        }
    }

    /// Where everything is that the workbench wrote.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

/// What an error says of the input: key and code of each fault.
#[track_caller]
pub fn faults(error: &AppError) -> Vec<(String, String)> {
    assert_eq!(error.code, "validation", "{error:?}");
    let faults = error.detail.as_ref().unwrap()["faults"].as_array().unwrap();
    let text = |fault: &Value, key: &str| fault[key].as_str().unwrap().to_owned();
    faults
        .iter()
        .map(|fault| (text(fault, "field"), text(fault, "code")))
        .collect()
}

/// What became of a run that failed.
#[track_caller]
pub fn fate(error: &AppError) -> &str {
    error.detail.as_ref().unwrap()["fate"].as_str().unwrap()
}

/// Whether the long form of a test is asked for (`scripts/soak`).
pub fn soak() -> bool {
    std::env::var_os("TAPEDECK_SOAK").is_some()
}
