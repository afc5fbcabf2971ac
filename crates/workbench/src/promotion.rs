//! In which order environments get migrations. A product's policy is kept by the environments' ids, so that a renamed slug changes
//! nothing.

use catalog::{Environment, EnvironmentClass, Fault, FaultCode, SubjectKind};
use serde::{Deserialize, Serialize};

use crate::dto::PromotionPolicy;
use crate::migration_target::Place;
use crate::{AppError, Result, Workbench};

/// A policy as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    enforced: bool,
    /// Ids; empty means by class, then as the columns stand.
    order: Vec<String>,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            enforced: true,
            order: Vec::new(),
        }
    }
}

/// A policy with every environment of the product in its place.
pub(crate) struct Rule {
    pub(crate) enforced: bool,
    /// Ids of environments, first to last.
    order: Vec<String>,
}

impl Rule {
    fn of(kept: &Kept, environments: &[Environment]) -> Self {
        let mut all: Vec<&Environment> = environments.iter().collect();
        // The sort is stable: within a class the columns' order holds. What the policy does not name follows what it names.
        all.sort_by_key(|environment| {
            let named = kept.order.iter().position(|id| *id == environment.id);
            (named.unwrap_or(usize::MAX), class_rank(environment.class))
        });
        Self {
            enforced: kept.enforced,
            order: all
                .into_iter()
                .map(|environment| environment.id.clone())
                .collect(),
        }
    }

    /// Where an environment stands.
    pub(crate) fn rank(&self, environment_id: &str) -> usize {
        let place = self.order.iter().position(|id| id == environment_id);
        place.unwrap_or(usize::MAX)
    }

    /// The nearest earlier environment that this database is configured for.
    pub(crate) fn earlier<'a>(&self, place: &Place, places: &'a [Place]) -> Option<&'a Place> {
        let own = self.rank(&place.environment.id);
        places
            .iter()
            .filter(|other| self.rank(&other.environment.id) < own)
            .max_by_key(|other| self.rank(&other.environment.id))
    }
}

const fn class_rank(class: EnvironmentClass) -> u8 {
    match class {
        EnvironmentClass::Development => 0,
        EnvironmentClass::Staging => 1,
        EnvironmentClass::Production => 2,
    }
}

fn key(product_id: &str) -> String {
    format!("promotion:{product_id}")
}

impl Workbench {
    /// In which order the environments of a product get migrations.
    pub async fn promotion_policy(&self, product: String) -> Result<PromotionPolicy> {
        let (kept, environments) = self.kept_policy(&product).await?;
        Ok(shown(&kept, &environments))
    }

    /// Sets it. An empty order is the order of classes.
    ///
    /// # Errors
    /// `not_found` for a slug that the product lacks, `validation` for one that stands twice.
    pub async fn promotion_policy_set(
        &self,
        product: String,
        policy: PromotionPolicy,
    ) -> Result<PromotionPolicy> {
        let (before, environments) = self.kept_policy(&product).await?;
        let mut order = Vec::new();
        for slug in &policy.order {
            let environment = environments
                .iter()
                .find(|environment| environment.slug == *slug)
                .ok_or_else(|| AppError::not_found("environment", slug))?;
            if order.contains(&environment.id) {
                return Err(AppError::validation(&[Fault::new(
                    "promotion",
                    FaultCode::Duplicate,
                    format!("The environment {slug} stands here twice. Name each once."),
                )]));
            }
            order.push(environment.id.clone());
        }
        let kept = Kept {
            enforced: policy.enforced,
            order,
        };
        let answer = shown(&kept, &environments);
        if answer == shown(&before, &environments) {
            return Ok(answer);
        }
        let value = serde_json::to_value(&kept).map_err(AppError::internal)?;
        let product = self
            .on_catalog(move |catalog| {
                let product = catalog.fetch_product(&product)?;
                catalog.set_setting(&key(&product.id), &value)?;
                Ok(product)
            })
            .await?;
        let words = match (answer.enforced, answer.order.as_slice()) {
            (false, _) => "off".to_owned(),
            (true, []) => "the order of classes".to_owned(),
            (true, order) => order.join(", "),
        };
        let summary = format!(
            "Set the promotion order of the product {}: {words}",
            product.tag
        );
        let label = product.tag.clone();
        self.note("update", SubjectKind::Product, &product.id, label, summary)
            .await?;
        Ok(answer)
    }

    pub(crate) async fn promotion_rule(&self, product_id: &str) -> Result<Rule> {
        let (kept, environments) = self.kept_policy(product_id).await?;
        Ok(Rule::of(&kept, &environments))
    }

    async fn kept_policy(&self, product: &str) -> Result<(Kept, Vec<Environment>)> {
        let name = product.to_owned();
        let (value, environments) = self
            .on_catalog(move |catalog| {
                let product = catalog.fetch_product(&name)?;
                let environments = catalog.fetch_environments(&product.id)?;
                Ok((catalog.setting(&key(&product.id))?, environments))
            })
            .await?;
        let kept = value
            .and_then(|value| serde_json::from_value(value).ok())
            .unwrap_or_default();
        Ok((kept, environments))
    }
}

fn shown(kept: &Kept, environments: &[Environment]) -> PromotionPolicy {
    let slug = |id: &String| {
        let found = environments
            .iter()
            .find(|environment| environment.id == *id);
        found.map(|environment| environment.slug.clone())
    };
    PromotionPolicy {
        enforced: kept.enforced,
        order: kept.order.iter().filter_map(slug).collect(),
    }
}
