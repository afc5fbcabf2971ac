//! Environments of a product.

use catalog::SubjectKind;
use serde_json::{Value, json};

use crate::dto::{
    Changed, EnvironmentClassView, EnvironmentInput, EnvironmentPatchInput, EnvironmentView,
};
use crate::products::set;
use crate::view::environment_view;
use crate::{Result, Workbench};

/// The record of domain.md that an input means.
pub(crate) fn record_of(input: &EnvironmentInput) -> Value {
    let mut record = json!({ "env_name": input.env_name, "slug": input.slug });
    set(
        &mut record,
        "description",
        input.description.clone().map(Value::from),
    );
    set(&mut record, "active", input.active.map(Value::from));
    set(&mut record, "class", input.class.map(class_value));
    record
}

fn class_value(class: EnvironmentClassView) -> Value {
    Value::from(catalog::EnvironmentClass::from(class).as_str())
}

impl Workbench {
    /// A product's environments, in the order of the columns.
    pub async fn environment_list(&self, product: String) -> Result<Vec<EnvironmentView>> {
        self.on_catalog(move |catalog| {
            Ok(catalog
                .fetch_environments(&product)?
                .iter()
                .map(environment_view)
                .collect())
        })
        .await
    }

    /// Makes an environment.
    pub async fn environment_create(
        &self,
        product: String,
        input: EnvironmentInput,
    ) -> Result<Changed<EnvironmentView>> {
        self.environment_create_record(product, record_of(&input))
            .await
    }

    /// As [`Workbench::environment_create`], from JSON.
    pub async fn environment_create_record(
        &self,
        product: String,
        record: Value,
    ) -> Result<Changed<EnvironmentView>> {
        let context = self.context();
        self.on_catalog(move |catalog| {
            let new = catalog.check_new_environment(&product, &record)?;
            let committed = catalog.create_environment(&context, &product, &new)?;
            Ok(changed(&committed))
        })
        .await
    }

    /// Changes what the patch names; `id` is the environment's id.
    pub async fn environment_update(
        &self,
        id: String,
        patch: EnvironmentPatchInput,
    ) -> Result<Changed<EnvironmentView>> {
        let product = self.product_of(SubjectKind::Environment, &id).await?;
        let mut record = json!({});
        set(&mut record, "env_name", patch.env_name.map(Value::from));
        set(&mut record, "slug", patch.slug.map(Value::from));
        set(
            &mut record,
            "description",
            patch.description.map(Value::from),
        );
        set(&mut record, "order", patch.order.map(Value::from));
        set(&mut record, "active", patch.active.map(Value::from));
        set(&mut record, "class", patch.class.map(class_value));
        set(&mut record, "revision", patch.revision.map(Value::from));
        self.environment_update_record(product, id, record).await
    }

    /// As [`Workbench::environment_update`], from JSON; `slug` may be an id.
    pub async fn environment_update_record(
        &self,
        product: String,
        slug: String,
        record: Value,
    ) -> Result<Changed<EnvironmentView>> {
        let context = self.context();
        self.on_catalog(move |catalog| {
            let patch = catalog.check_environment_patch(&product, &slug, &record)?;
            Ok(changed(
                &catalog.update_environment(&context, &product, &slug, &patch)?,
            ))
        })
        .await
    }

    /// Puts the columns in the order of `ids`.
    pub async fn environment_reorder(&self, product: String, ids: Vec<String>) -> Result<()> {
        let context = self.context();
        self.on_catalog(move |catalog| {
            let environments = catalog.fetch_environments(&product)?;
            let slugs: Vec<&str> = ids
                .iter()
                .filter_map(|id| {
                    environments
                        .iter()
                        .find(|env| env.id == *id || env.slug == *id)
                })
                .map(|env| env.slug.as_str())
                .collect();
            catalog
                .order_environments(&context, &product, &slugs)
                .map(|_| ())
        })
        .await
    }

    /// Deletes an environment by its id, with the configs that databases have for it; the answer undoes it.
    pub async fn environment_delete(&self, id: String) -> Result<String> {
        let product = self.product_of(SubjectKind::Environment, &id).await?;
        self.environment_delete_in(product, id).await
    }

    /// Deletes an environment by slug or id.
    pub async fn environment_delete_in(&self, product: String, slug: String) -> Result<String> {
        let context = self.context();
        self.on_catalog(move |catalog| {
            Ok(catalog
                .delete_environment(&context, &product, &slug, None)?
                .activity_id
                .unwrap_or_default())
        })
        .await
    }

    /// The id of the product that a record belongs to.
    pub(crate) async fn product_of(&self, kind: SubjectKind, id: &str) -> Result<String> {
        let id = id.to_owned();
        self.on_catalog(move |catalog| Ok(catalog.locate(kind, &id)?.product_id))
            .await
    }
}

fn changed(committed: &catalog::Committed<catalog::Environment>) -> Changed<EnvironmentView> {
    Changed {
        record: environment_view(&committed.record),
        activity_id: committed.activity_id.clone(),
        hints: catalog::slug_hint(&committed.record.slug)
            .map(|hint| hint.message)
            .into_iter()
            .collect(),
    }
}
