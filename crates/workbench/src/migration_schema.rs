//! Schemas, compared: the live one with what the last run left, and those of two environments. And what a colleague applied that this
//! catalog lacks, taken into it.

use catalog::{DatabaseType, ItemChange, SubjectKind};
use migrations::{MigrationState, MigrationStatus};
use schema::{Change, Difference, Snapshot, compare, mend};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::dto::{
    Changed, GuardView, MigrationView, SchemaComparison, SchemaDifference, SchemaMend,
};
use crate::migration_record::{KIND, TextLists, changed, checked};
use crate::migration_run::runner_error;
use crate::migration_status::readable;
use crate::migration_target::{Depth, Place, Reading, person};
use crate::{AppError, Result, Workbench, guard};

/// A difference for a face.
pub(crate) fn difference_view(difference: &Difference) -> SchemaDifference {
    let change = match difference.change {
        Change::Added => "added",
        Change::Removed => "removed",
        Change::Changed => "changed",
    };
    SchemaDifference {
        object: difference.key.name.clone(),
        kind: difference.key.kind.clone(),
        change: change.to_owned(),
        left: difference.left.clone(),
        right: difference.right.clone(),
    }
}

/// The statements that make the right like the left.
fn mends(
    database_type: DatabaseType,
    left: &Snapshot,
    right: &Snapshot,
    differences: &[Difference],
) -> Vec<SchemaMend> {
    mend(database_type, left, right, differences)
        .into_iter()
        .map(|mend| SchemaMend {
            statement: mend.statement,
            destructive: mend.destructive,
            note: mend.note,
        })
        .collect()
}

impl Workbench {
    /// The live schema beside the one that the last run left.
    ///
    /// # Errors
    /// `not_compared` where nothing is kept to compare with; the codes of the engines where it can't be read.
    pub async fn migration_drift(
        &self,
        database_id: String,
        env: String,
    ) -> Result<SchemaComparison> {
        let (place, _) = self.migration_place(&database_id, &env).await?;
        let reading = self
            .read_place(&place, Depth::Drift, &CancellationToken::new())
            .await?;
        self.remember_reading(&place, &readable(&place), &reading)
            .await;
        let Reading { history, live, .. } = reading;
        let (Some(stored), Some(live)) = (history.snapshot, live) else {
            return Err(AppError::new(
                "not_compared",
                format!(
                    "No run has left a schema at {} to compare with. Run its migrations, or record them with a baseline.",
                    place.address()
                ),
            ));
        };
        let differences = compare(&stored.snapshot, &live);
        Ok(SchemaComparison {
            left: format!(
                "as the last run left it, {}",
                crate::item_record::shortened(&stored.taken_at, 10)
            ),
            right: place.environment.slug.clone(),
            differences: differences.iter().map(difference_view).collect(),
            mend: mends(
                place.database.database_type,
                &stored.snapshot,
                &live,
                &differences,
            ),
            mend_left: Vec::new(),
        })
    }

    /// Takes the live schema as the one to compare with from now on.
    ///
    /// # Errors
    /// `refused` by the guard of the environment's class.
    pub async fn migration_drift_accept(
        &self,
        database_id: String,
        env: String,
        confirm: Option<String>,
    ) -> Result<()> {
        let (place, _) = self.migration_place(&database_id, &env).await?;
        if let Some(message) = guard::refusal(&place.environment) {
            return Err(AppError::refused(message));
        }
        let asked = match place.environment.class {
            catalog::EnvironmentClass::Development => GuardView::None,
            _ => GuardView::Tag,
        };
        guard::ask(
            &place.environment,
            asked,
            "It accepts another schema than the last run left",
            (&place.address(), &place.database.tag),
            confirm.as_deref(),
        )?;
        let token = CancellationToken::new();
        let reading = self.read_place(&place, Depth::Schema, &token).await?;
        let live = reading
            .live
            .ok_or_else(|| AppError::internal("a schema was asked for and not read"))?;
        let summary = format!(
            "{} accepted the schema at {} as it is",
            person(),
            place.address()
        );
        let label = format!("{}@{}", place.database.tag, place.environment.slug);
        let (kind, id) = (SubjectKind::EnvironmentConfig, &place.config.id);
        self.note("accept_drift", kind, id, label, summary).await?;
        let url = self.real_url(&place.database, &place.config).await?;
        let limit = self.test_options().await?.timeout;
        runner::accept(&place.target(&url, limit), &[], Some(live), &token)
            .await
            .map_err(|error| runner_error(&error))?;
        let reading = self.read_place(&place, Depth::Drift, &token).await?;
        self.remember_reading(&place, &readable(&place), &reading)
            .await;
        Ok(())
    }

    /// The schemas of a database in two environments, with what would make one like the other.
    pub async fn migration_diff(
        &self,
        database_id: String,
        left: String,
        right: String,
    ) -> Result<SchemaComparison> {
        let (left, _) = self.migration_place(&database_id, &left).await?;
        let (right, _) = self.migration_place(&database_id, &right).await?;
        let token = CancellationToken::new();
        let (one, other) = tokio::try_join!(
            self.live_schema(&left, &token),
            self.live_schema(&right, &token)
        )?;
        let database_type = left.database.database_type;
        let differences = compare(&one, &other);
        let back = compare(&other, &one);
        Ok(SchemaComparison {
            left: left.environment.slug,
            right: right.environment.slug,
            differences: differences.iter().map(difference_view).collect(),
            mend: mends(database_type, &one, &other, &differences),
            mend_left: mends(database_type, &other, &one, &back),
        })
    }

    async fn live_schema(&self, place: &Place, cancel: &CancellationToken) -> Result<Snapshot> {
        let reading = self.read_place(place, Depth::Schema, cancel).await;
        let reading = reading.map_err(|mut error| {
            error.message = format!("{}: {}", place.environment.slug, error.message);
            error
        })?;
        reading
            .live
            .ok_or_else(|| AppError::internal("a schema was asked for and not read"))
    }

    /// Takes a migration that somebody applied, and this catalog lacks, from the history in the target. It gets the place that it has
    /// there.
    ///
    /// # Errors
    /// `not_found` where the target has none of this tag, `refused` where the catalog has it already.
    pub async fn migration_adopt(
        &self,
        database_id: String,
        env: String,
        tag: String,
    ) -> Result<Changed<MigrationView>> {
        let (place, _) = self.migration_place(&database_id, &env).await?;
        let token = CancellationToken::new();
        let reading = self.read_place(&place, Depth::History, &token).await?;
        let status = reading.status(&readable(&place));
        let is_it = |one: &MigrationStatus| one.tag == tag;
        let at = status.migrations.iter().position(is_it);
        let found = at.and_then(|at| Some((at, status.migrations.get(at)?)));
        let Some((at, one)) = found else {
            return Err(AppError::new(
                "not_found",
                format!("The history at {} has no migration {tag}.", place.address()),
            ));
        };
        let lacking = one.state == MigrationState::Missing || one.id.is_none();
        let Some(row) = one.row.as_ref().filter(|_| lacking) else {
            return Err(AppError::refused(format!(
                "The migration {tag} is in this catalog already. There is nothing to adopt."
            )));
        };
        let mut fields = row.record.clone();
        for ours in ["id", "position", "fingerprint"] {
            fields.shift_remove(ours);
        }
        fields.insert("tag".to_owned(), Value::from(tag.as_str()));
        let database = place.database.as_ref();
        let fields = checked(database, None, Value::Object(fields), &TextLists::default())?;
        let before = status.migrations.iter().take(at).rev();
        let after = before.filter_map(|one| one.id.clone()).next();
        let first = after.is_none() && !database.migrations.is_empty();
        let change = ItemChange::Add { fields, after };
        let mut committed = self.change_list(KIND, database, change).await?;
        if first {
            // The list takes a new one behind another, or last; this one belongs before all.
            let change = ItemChange::Order(vec![tag.clone()]);
            committed = self.change_list(KIND, database, change).await?;
        }
        let place = Place {
            database: std::sync::Arc::new(committed.record.clone()),
            ..place
        };
        self.remember_reading(&place, &readable(&place), &reading)
            .await;
        changed(&committed, |item| item.tag() == tag)
    }
}
