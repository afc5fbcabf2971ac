//! Products.

use catalog::{Catalog, CatalogError, Fault, FaultCode, NewEnvironment, NewProduct, Product};
use serde_json::{Value, json};

use crate::dto::{Bootstrap, Changed, ProductInput, ProductPatchInput, ProductView};
use crate::view::product_view;
use crate::{Result, Workbench};

impl Workbench {
    /// What the window needs to draw its first frame. Reads no secret.
    pub async fn app_bootstrap(&self) -> Result<Bootstrap> {
        Ok(Bootstrap {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: option_env!("TAPEDECK_COMMIT")
                .filter(|commit| !commit.is_empty())
                .map(str::to_owned),
            licence: env!("CARGO_PKG_LICENSE").to_owned(),
            data_dir: self.data_dir().display().to_string(),
            platform: std::env::consts::OS.to_owned(),
            engines: crate::engine_info::engine_infos(),
            settings: self.settings_get().await?,
            products: self.product_list().await?,
        })
    }

    /// Every product.
    pub async fn product_list(&self) -> Result<Vec<ProductView>> {
        self.on_catalog(|catalog| {
            catalog
                .fetch_products()?
                .iter()
                .map(|product| with_counts(catalog, product))
                .collect()
        })
        .await
    }

    /// One product, by tag or id.
    pub async fn product_fetch(&self, product: String) -> Result<ProductView> {
        self.on_catalog(move |catalog| with_counts(catalog, &catalog.fetch_product(&product)?))
            .await
    }

    /// A product as the record of domain.md, with its environments and databases, secrets as `***`.
    pub async fn product_record(&self, product: String) -> Result<Value> {
        self.on_catalog(move |catalog| {
            let product = catalog.fetch_product(&product)?;
            let databases: Vec<Value> = catalog
                .fetch_databases(&product.id)?
                .iter()
                .map(crate::databases::interchange)
                .collect();
            let mut record = light_record(catalog, &product)?;
            set(&mut record, "databases", Some(databases.into()));
            Ok(record)
        })
        .await
    }

    /// Every product with its environments, without its databases.
    pub async fn product_records(&self) -> Result<Vec<Value>> {
        self.on_catalog(|catalog| {
            catalog
                .fetch_products()?
                .iter()
                .map(|product| light_record(catalog, product))
                .collect()
        })
        .await
    }

    /// Makes a product, with its first environments when given: all of it or nothing.
    ///
    /// # Errors
    /// `validation` with every fault, those of the environments as `environments[0].slug`.
    pub async fn product_create(&self, input: ProductInput) -> Result<Changed<ProductView>> {
        let mut record = json!({ "tag": input.tag, "name": input.name });
        set(
            &mut record,
            "description",
            input.description.map(Value::from),
        );
        let environments: Vec<Value> = input
            .environments
            .iter()
            .map(crate::environments::record_of)
            .collect();
        self.product_create_record(record, environments).await
    }

    /// As [`Workbench::product_create`], from JSON.
    pub async fn product_create_record(
        &self,
        record: Value,
        environments: Vec<Value>,
    ) -> Result<Changed<ProductView>> {
        let context = self.context();
        self.on_catalog(move |catalog| {
            let (product, environments) = check_new(catalog, &record, &environments)?;
            let hints = environments
                .iter()
                .filter_map(|env| catalog::slug_hint(&env.slug))
                .map(|hint| hint.message);
            let hints = hints.collect();
            let committed = catalog.create_product(&context, &product)?;
            let id = &committed.record.id;
            for environment in &environments {
                if let Err(error) = catalog.create_environment(&context, id, environment) {
                    // All or nothing: a product that lacks a column it was asked to have is no product.
                    catalog.delete_product(&context, id, None)?;
                    return Err(error);
                }
            }
            Ok(Changed {
                record: product_view(&committed.record, environments.len(), 0),
                activity_id: committed.activity_id,
                hints,
            })
        })
        .await
    }

    /// Changes what the patch names.
    pub async fn product_update(
        &self,
        id: String,
        patch: ProductPatchInput,
    ) -> Result<Changed<ProductView>> {
        let mut record = json!({});
        set(&mut record, "tag", patch.tag.map(Value::from));
        set(&mut record, "name", patch.name.map(Value::from));
        set(
            &mut record,
            "description",
            patch.description.map(Value::from),
        );
        set(&mut record, "revision", patch.revision.map(Value::from));
        self.product_update_record(id, record).await
    }

    /// As [`Workbench::product_update`], from JSON; `product` is a tag or an id.
    pub async fn product_update_record(
        &self,
        product: String,
        record: Value,
    ) -> Result<Changed<ProductView>> {
        let context = self.context();
        let (id, activity_id) = self
            .on_catalog(move |catalog| {
                let patch = catalog.check_product_patch(&product, &record)?;
                let committed = catalog.update_product(&context, &product, &patch)?;
                Ok((committed.record.id, committed.activity_id))
            })
            .await?;
        Ok(Changed {
            record: self.product_fetch(id).await?,
            activity_id,
            hints: Vec::new(),
        })
    }

    /// Deletes a product with all in it; the answer undoes it.
    pub async fn product_delete(&self, product: String) -> Result<String> {
        let context = self.context();
        self.on_catalog(move |catalog| {
            Ok(catalog
                .delete_product(&context, &product, None)?
                .activity_id
                .unwrap_or_default())
        })
        .await
    }
}

fn light_record(catalog: &dyn Catalog, product: &Product) -> Result<Value, CatalogError> {
    let mut record = serde_json::to_value(product).unwrap_or(Value::Null);
    let environments: Vec<Value> = catalog
        .fetch_environments(&product.id)?
        .iter()
        .filter_map(|environment| {
            let mut value = serde_json::to_value(environment).ok()?;
            value.as_object_mut()?.remove("product_id");
            Some(value)
        })
        .collect();
    set(&mut record, "environments", Some(environments.into()));
    Ok(record)
}

fn with_counts(catalog: &dyn Catalog, product: &Product) -> Result<ProductView, CatalogError> {
    let environments = catalog.fetch_environments(&product.id)?.len();
    Ok(product_view(
        product,
        environments,
        catalog.count_databases(&product.id)?,
    ))
}

/// Every fault of a product and of the environments to be made with it, at once.
fn check_new(
    catalog: &dyn Catalog,
    record: &Value,
    environments: &[Value],
) -> Result<(NewProduct, Vec<NewEnvironment>), CatalogError> {
    let mut faults = Vec::new();
    let product = match catalog.check_new_product(record) {
        Ok(product) => Some(product),
        Err(CatalogError::Validation(found)) => {
            faults.extend(found);
            None
        }
        Err(other) => return Err(other),
    };
    let mut read: Vec<NewEnvironment> = Vec::new();
    for (index, record) in environments.iter().enumerate() {
        match catalog::parse_new_environment(record) {
            Ok(environment) if read.iter().any(|other| other.slug == environment.slug) => faults
                .push(Fault::new(
                    format!("environments[{index}].slug"),
                    FaultCode::Duplicate,
                    "Another environment of this product has this slug. Choose a different one.",
                )),
            Ok(environment) => read.push(environment),
            Err(found) => faults.extend(found.into_iter().map(|fault| Fault {
                field: format!("environments[{index}].{}", fault.field),
                ..fault
            })),
        }
    }
    match product {
        Some(product) if faults.is_empty() => Ok((product, read)),
        _ => Err(CatalogError::Validation(faults)),
    }
}

/// Sets a field of a JSON object when there is a value.
pub(crate) fn set(record: &mut Value, field: &str, value: Option<Value>) {
    if let (Value::Object(fields), Some(value)) = (record, value) {
        fields.insert(field.to_owned(), value);
    }
}
