//! Many databases and environments in one go: environment by environment in the order of the policy, stopping at the first failure.

use serde_json::{Value, json};

use crate::dto::{
    MigrationBatchPlan, MigrationBatchPlanItem, MigrationBatchRequest, MigrationCellError,
    MigrationDeed, MigrationRunEvent, MigrationRunReport, MigrationRunRequest,
};
use crate::migration_plan::Supposed;
use crate::migration_target::Place;
use crate::{AppError, Result, Workbench};

impl Workbench {
    /// The plans of many targets, each as it would be when those before it are done.
    ///
    /// # Errors
    /// `not_found` for an unknown product or cell; a target that can't be planned has its error in its place.
    pub async fn migration_batch_plan(
        &self,
        request: MigrationBatchRequest,
    ) -> Result<MigrationBatchPlan> {
        let places = self.batch_places(&request).await?;
        let run = self
            .inner
            .migration_runs
            .begin(&request.run_id, std::iter::empty())?;
        let mut supposed = Supposed::new();
        let mut plans = Vec::with_capacity(places.len());
        for place in &places {
            let asked = one_of(&request, place);
            let outcome = self.plan_supposing(&asked, &supposed, run.token()).await;
            let (plan, error) = match outcome {
                Err(error) if error.code == "cancelled" => return Err(error),
                Err(error) => (
                    None,
                    Some(MigrationCellError {
                        code: error.code.to_owned(),
                        message: error.message,
                    }),
                ),
                Ok((plan, picks)) => {
                    // What something stands in the way of is not done.
                    if plan.obstacles.is_empty() {
                        let key = (place.database.id.clone(), place.environment.id.clone());
                        let done = picks
                            .iter()
                            .map(|pick| (pick.migration.tag.clone(), pick.migration.checksum()));
                        supposed.entry(key).or_default().extend(done);
                    }
                    (Some(plan), None)
                }
            };
            plans.push(MigrationBatchPlanItem {
                config_id: place.config.id.clone(),
                database: place.database.tag.clone(),
                env: place.environment.slug.clone(),
                plan,
                error,
            });
        }
        Ok(MigrationBatchPlan { plans })
    }

    /// Runs what is pending in many targets, one after the other, and stops at the first failure.
    ///
    /// # Errors
    /// That of the target that failed, with `detail.target` and with `detail.done`: the targets before it.
    pub async fn migration_batch_run(
        &self,
        request: MigrationBatchRequest,
        events: impl Fn(MigrationRunEvent) + Send + Sync,
    ) -> Result<Vec<MigrationRunReport>> {
        let places = self.batch_places(&request).await?;
        let run = self
            .inner
            .migration_runs
            .begin(&request.run_id, std::iter::empty())?;
        let mut reports = Vec::with_capacity(places.len());
        let mut done: Vec<String> = Vec::new();
        for place in &places {
            let asked = one_of(&request, place);
            match self.run_one(&asked, &events, run.token()).await {
                Ok(report) => {
                    reports.push(report);
                    done.push(place.address());
                }
                Err(mut error) => {
                    let detail = error.detail.get_or_insert_with(|| json!({}));
                    if let Value::Object(detail) = detail {
                        detail.insert("target".to_owned(), json!(place.address()));
                        detail.insert("done".to_owned(), json!(done));
                    }
                    return Err(error);
                }
            }
        }
        Ok(reports)
    }

    /// The cells in the order in which they run.
    async fn batch_places(&self, request: &MigrationBatchRequest) -> Result<Vec<Place>> {
        let all = self.places_in(&request.product_id).await?;
        let unknown = request
            .config_ids
            .iter()
            .find(|id| all.iter().all(|place| place.config.id != **id));
        if let Some(unknown) = unknown {
            return Err(AppError::not_found("environment config", unknown));
        }
        let rule = self.promotion_rule(&request.product_id).await?;
        let wanted = |place: &Place| request.config_ids.contains(&place.config.id);
        let mut places: Vec<Place> = all.into_iter().filter(wanted).collect();
        // The sort is stable: within an environment the databases' order holds.
        places.sort_by_key(|place| rule.rank(&place.environment.id));
        Ok(places)
    }
}

fn one_of(request: &MigrationBatchRequest, place: &Place) -> MigrationRunRequest {
    let confirm = request
        .confirm
        .iter()
        .find(|tag| **tag == place.database.tag);
    MigrationRunRequest {
        run_id: request.run_id.clone(),
        database_id: place.database.id.clone(),
        env: place.environment.slug.clone(),
        deed: MigrationDeed::Run { to: None },
        dry_run: false,
        confirm: confirm.cloned(),
        exceptions: request.exceptions,
    }
}
