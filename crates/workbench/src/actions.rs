//! The records of actions. What the templates say is in `action_check`; running one is in `action_run`.

use catalog::{Database, ItemChange, ItemKind, SubjectKind};
use serde_json::{Value, json};

use crate::action_check::{Texts, check_texts};
use crate::action_record::{TextFaults, changed, checked, copy_tag, summaries, view};
use crate::action_samples::without_secret_values;
use crate::dto::{
    ActionCheck, ActionDraft, ActionPatchInput, ActionRecordInput, ActionSummary, ActionView,
    Changed, TemplateSide,
};
use crate::item_record::{
    Named, Patch, Stored, interchange, item_name, known_fields, shortened, tag_of,
};
use crate::products::set;
use crate::{AppError, Result, Workbench};

/// Which of a database's lists this is about.
pub(crate) const KIND: ItemKind = ItemKind::Action;

impl Workbench {
    /// The actions of a database, in their order.
    pub async fn action_list(&self, database_id: String) -> Result<Vec<ActionSummary>> {
        self.on_catalog(move |catalog| {
            let place = catalog.locate(SubjectKind::Database, &database_id)?;
            let database = catalog.fetch_database(&place.product_id, &database_id)?;
            Ok(summaries(&database))
        })
        .await
    }

    /// As [`Workbench::action_list`], as the records of domain.md.
    pub async fn action_records(&self, product: String, database: String) -> Result<Vec<Value>> {
        self.on_catalog(move |catalog| {
            let database = catalog.fetch_database(&product, &database)?;
            Ok(database.actions.iter().map(interchange).collect())
        })
        .await
    }

    /// One action by its id.
    pub async fn action_fetch(&self, id: String) -> Result<ActionView> {
        let stored = self.stored_item(KIND, Named::Id(id)).await?;
        view(&stored.database, &stored.item)
    }

    /// One action as the record of domain.md, with its id and fingerprint; `action` is a tag or an id.
    pub async fn action_record(
        &self,
        product: String,
        database: String,
        action: String,
    ) -> Result<Value> {
        let stored = self.stored_item(KIND, Named::Address(product, database, action));
        Ok(interchange(&stored.await?.item))
    }

    /// The id of an action by its address.
    pub async fn action_id(
        &self,
        product: String,
        database: String,
        action: String,
    ) -> Result<String> {
        let stored = self.stored_item(KIND, Named::Address(product, database, action));
        Ok(stored.await?.item.id)
    }

    /// The inputs of an action as a JSON Schema object with `data` and `filter`.
    ///
    /// # Errors
    /// `validation` with every fault of its templates where they are broken, as those of an imported one may be.
    pub async fn action_inputs(
        &self,
        product: String,
        database: String,
        action: String,
    ) -> Result<Value> {
        let stored = self.stored_item(KIND, Named::Address(product, database, action));
        let Stored { database, item } = stored.await?;
        crate::action_check::input_schema(database.database_type, &item.fields)
            .map_err(|faults| AppError::field_faults(&faults))
    }

    /// What the templates of an action say that somebody is typing. Saves nothing, sends nothing.
    pub async fn action_check(&self, draft: ActionDraft) -> Result<ActionCheck> {
        let database = self.database_by_id(&draft.database_id).await?;
        let texts = Texts {
            template: &draft.template,
            filter: draft.filter_template.as_deref(),
            samples: &draft.samples,
        };
        Ok(check_texts(
            database.database_type,
            draft.action_type.into(),
            &texts,
            draft.script,
        ))
    }

    /// Makes an action at the end of its database's.
    pub async fn action_create(
        &self,
        database_id: String,
        input: ActionRecordInput,
    ) -> Result<Changed<ActionView>> {
        let database = self.database_by_id(&database_id).await?;
        let mut texts = TextFaults::default();
        let mut record = json!({
            "name": input.name, "tag": input.tag, "tableName": input.table_name, "type": input.action_type,
        });
        texts.put(&mut record, &database, TemplateSide::Data, &input.template);
        if let Some(filter) = &input.filter_template {
            texts.put(&mut record, &database, TemplateSide::Filter, filter);
        }
        let flag = |flag: bool| flag.then(|| Value::from(true));
        set(
            &mut record,
            "description",
            input.description.map(Value::from),
        );
        set(&mut record, "data", input.data.map(samples));
        set(&mut record, "filterData", input.filter_data.map(samples));
        set(&mut record, "allRows", flag(input.all_rows));
        set(&mut record, "script", flag(input.script));
        self.create_action(database, record, texts).await
    }

    /// As [`Workbench::action_create`], from the record of domain.md.
    pub async fn action_create_record(
        &self,
        product: String,
        database: String,
        record: Value,
    ) -> Result<Changed<ActionView>> {
        let database = self
            .on_catalog(move |catalog| catalog.fetch_database(&product, &database))
            .await?;
        self.create_action(database, record, TextFaults::default())
            .await
    }

    async fn create_action(
        &self,
        database: Database,
        mut record: Value,
        texts: TextFaults,
    ) -> Result<Changed<ActionView>> {
        // A record that was shown has it.
        if let Some(fields) = record.as_object_mut() {
            fields.shift_remove("fingerprint");
        }
        let fields = checked(&database, None, record, texts)?;
        let tag = tag_of(&fields);
        let change = ItemChange::Add {
            fields,
            after: None,
        };
        let committed = self.change_list(KIND, &database, change).await?;
        changed(&committed, |item| item.tag() == tag)
    }

    /// Changes what the patch names; `id` is the action's id.
    ///
    /// # Errors
    /// `conflict` when the action is no longer what the patch was made from.
    pub async fn action_update(
        &self,
        id: String,
        patch: ActionPatchInput,
    ) -> Result<Changed<ActionView>> {
        let database = self
            .stored_item(KIND, Named::Id(id.clone()))
            .await?
            .database;
        let mut texts = TextFaults::default();
        let mut record = json!({});
        set(&mut record, "name", patch.name.map(Value::from));
        set(&mut record, "tag", patch.tag.map(Value::from));
        set(&mut record, "tableName", patch.table_name.map(Value::from));
        set(
            &mut record,
            "type",
            patch.action_type.map(|kind| json!(kind)),
        );
        if let Some(template) = &patch.template {
            texts.put(&mut record, &database, TemplateSide::Data, template);
        }
        match &patch.filter_template {
            Some(Some(filter)) => texts.put(&mut record, &database, TemplateSide::Filter, filter),
            Some(None) => set(&mut record, "filterTemplate", Some(Value::Null)),
            None => {}
        }
        set(
            &mut record,
            "description",
            patch.description.map(Value::from),
        );
        set(
            &mut record,
            "data",
            patch.data.map(|data| data.map_or(Value::Null, samples)),
        );
        set(
            &mut record,
            "filterData",
            patch
                .filter_data
                .map(|data| data.map_or(Value::Null, samples)),
        );
        set(&mut record, "allRows", patch.all_rows.map(Value::from));
        set(&mut record, "script", patch.script.map(Value::from));
        set(
            &mut record,
            "fingerprint",
            patch.fingerprint.map(Value::from),
        );
        self.update_action(Named::Id(id), record, texts).await
    }

    /// As [`Workbench::action_update`], from a patch as JSON; `action` is a tag or an id.
    pub async fn action_update_record(
        &self,
        product: String,
        database: String,
        action: String,
        patch: Value,
    ) -> Result<Changed<ActionView>> {
        let named = Named::Address(product, database, action);
        self.update_action(named, patch, TextFaults::default())
            .await
    }

    async fn update_action(
        &self,
        named: Named,
        patch: Value,
        texts: TextFaults,
    ) -> Result<Changed<ActionView>> {
        let mut patch = Patch::read(KIND, patch)?;
        loop {
            let Stored { database, item } = self.stored_item(KIND, named.clone()).await?;
            let mut patched = patch.apply(KIND, &item)?;
            let record = std::mem::take(&mut patched.record);
            let fields = match patched.stale {
                true => known_fields(KIND, &record),
                false => checked(&database, Some(&item), record, texts.clone())?,
            };
            let change = patched.change(&item.id, fields);
            match self.change_list(KIND, &database, change).await {
                Err(error) if patch.again(&error) => {}
                outcome => return changed(&outcome?, |changed| changed.id == item.id),
            }
        }
    }

    /// Deletes an action by its id; the answer undoes it.
    pub async fn action_delete(&self, id: String) -> Result<String> {
        self.delete_action(Named::Id(id)).await
    }

    /// As [`Workbench::action_delete`]; `action` is a tag or an id.
    pub async fn action_delete_in(
        &self,
        product: String,
        database: String,
        action: String,
    ) -> Result<String> {
        self.delete_action(Named::Address(product, database, action))
            .await
    }

    async fn delete_action(&self, named: Named) -> Result<String> {
        let Stored { database, item } = self.stored_item(KIND, named).await?;
        let change = ItemChange::Remove { id: item.id };
        let committed = self.change_list(KIND, &database, change).await?;
        Ok(committed.activity_id.unwrap_or_default())
    }

    /// Makes a copy of an action that follows it, with `-copy` behind its tag.
    pub async fn action_duplicate(&self, id: String) -> Result<Changed<ActionView>> {
        self.duplicate_action(Named::Id(id)).await
    }

    /// As [`Workbench::action_duplicate`]; `action` is a tag or an id.
    pub async fn action_duplicate_in(
        &self,
        product: String,
        database: String,
        action: String,
    ) -> Result<Changed<ActionView>> {
        self.duplicate_action(Named::Address(product, database, action))
            .await
    }

    async fn duplicate_action(&self, named: Named) -> Result<Changed<ActionView>> {
        let Stored { database, item } = self.stored_item(KIND, named).await?;
        let tag = copy_tag(item.tag(), &database.actions);
        let mut fields = item.fields;
        let name = shortened(item_name(&fields), catalog::NAME_LIMIT - " (copy)".len());
        fields.insert("name".to_owned(), Value::from(format!("{name} (copy)")));
        fields.insert("tag".to_owned(), Value::from(tag.as_str()));
        let change = ItemChange::Add {
            fields,
            after: Some(item.id),
        };
        let committed = self.change_list(KIND, &database, change).await?;
        changed(&committed, |item| item.tag() == tag)
    }

    /// Puts the actions of a database in the order of `ids`; those not named follow.
    pub async fn action_order(
        &self,
        database_id: String,
        ids: Vec<String>,
    ) -> Result<Changed<Vec<ActionSummary>>> {
        let database = self.database_by_id(&database_id).await?;
        let committed = self
            .change_list(KIND, &database, ItemChange::Order(ids))
            .await?;
        Ok(Changed {
            record: summaries(&committed.record),
            activity_id: committed.activity_id,
            hints: Vec::new(),
        })
    }

    /// As [`Workbench::action_order`], by tags; answers the records in their order.
    pub async fn action_order_in(
        &self,
        product: String,
        database: String,
        tags: Vec<String>,
    ) -> Result<Vec<Value>> {
        let database = self
            .on_catalog(move |catalog| catalog.fetch_database(&product, &database))
            .await?;
        let committed = self
            .change_list(KIND, &database, ItemChange::Order(tags))
            .await?;
        Ok(committed.record.actions.iter().map(interchange).collect())
    }
}

/// The samples of an editor, as a record has them.
fn samples(given: Vec<Value>) -> Value {
    Value::from(without_secret_values(given))
}
