//! Calls of MongoDB's driver, as the commands that it would send.

use std::collections::HashMap;

use jiff::Timestamp;
use templates::InputValue;

use super::javascript::{Expression, Function, Statement, Unread};

/// The commands of a function.
pub(super) fn commands(
    function: &Function,
    values: &[(String, Expression)],
) -> Result<Vec<InputValue>, Unread> {
    let mut reader = Reader {
        database: function.parameters.first().cloned().unwrap_or_default(),
        names: values.iter().cloned().collect(),
        line: 1,
        commands: Vec::new(),
    };
    for statement in &function.body {
        match statement {
            Statement::Let(name, value, line) => {
                reader.line = *line;
                // What is given a name must be known before it is used: a literal, or a collection.
                if !reader.is_collection(value) {
                    reader.value(value)?;
                }
                reader.names.insert(name.clone(), value.clone());
            }
            Statement::Do(expression, line) => {
                reader.line = *line;
                reader.call(expression)?;
            }
        }
    }
    Ok(reader.commands)
}

fn text(text: impl Into<String>) -> InputValue {
    InputValue::String(text.into())
}

fn number(number: u32) -> InputValue {
    InputValue::Number(number.to_string())
}

fn object<const N: usize>(entries: [(&str, InputValue); N]) -> InputValue {
    InputValue::Object(
        entries
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect(),
    )
}

struct Reader {
    /// What the function calls the database.
    database: String,
    names: HashMap<String, Expression>,
    line: usize,
    commands: Vec<InputValue>,
}

const NO_CALL: &str =
    "Only calls of db and its collections can be taken over. Write it as db.command({…}).";

impl Reader {
    fn unread<T>(&self, message: impl Into<String>) -> Result<T, Unread> {
        Err(Unread {
            line: self.line,
            message: message.into(),
        })
    }

    /// A statement that is one call.
    fn call(&mut self, expression: &Expression) -> Result<(), Unread> {
        let Expression::Call(callee, arguments, line) = expression else {
            return self.unread(NO_CALL);
        };
        self.line = *line;
        let Expression::Member(target, method) = callee.as_ref() else {
            return self.unread(NO_CALL);
        };
        if let (Expression::Name(name), "all", [Expression::Array(calls)]) =
            (target.as_ref(), method.as_str(), arguments.as_slice())
            && name == "Promise"
        {
            return calls.iter().try_for_each(|call| self.call(call));
        }
        // `aggregate(…).toArray()` only says what is done with the answer.
        if matches!(method.as_str(), "toArray" | "next") && arguments.is_empty() {
            return self.call(target);
        }
        if matches!(target.as_ref(), Expression::Name(name) if *name == self.database) {
            return self.of_database(method, arguments);
        }
        match self.collection(target)? {
            Some(collection) => self.of_collection(&collection, method, arguments),
            None => self.unread(NO_CALL),
        }
    }

    fn is_collection(&self, expression: &Expression) -> bool {
        matches!(self.collection(expression), Ok(Some(_)))
    }

    /// The name, where the expression is `db.collection('name')` or was given that.
    fn collection(&self, expression: &Expression) -> Result<Option<String>, Unread> {
        match expression {
            Expression::Call(callee, arguments, _) => match callee.as_ref() {
                Expression::Member(target, method)
                    if method == "collection"
                        && matches!(target.as_ref(), Expression::Name(name) if *name == self.database) =>
                {
                    match arguments.first().map(|name| self.value(name)).transpose()? {
                        Some(InputValue::String(name)) => Ok(Some(name)),
                        _ => self.unread("The name of a collection must be a text."),
                    }
                }
                _ => Ok(None),
            },
            Expression::Name(name) => match self.names.get(name) {
                Some(Expression::Name(again)) if again == name => Ok(None),
                Some(known) => self.collection(known),
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }

    fn values(&self, arguments: &[Expression]) -> Result<Vec<InputValue>, Unread> {
        arguments.iter().map(|one| self.value(one)).collect()
    }

    /// The entries of an options object, which may be left out.
    fn options(&self, options: Option<&InputValue>) -> Result<Vec<(String, InputValue)>, Unread> {
        match options {
            None => Ok(Vec::new()),
            Some(InputValue::Object(entries)) => {
                if entries.iter().any(|(key, _)| key == "session") {
                    return self.unread("A session of the client can't be taken over.");
                }
                Ok(entries.clone())
            }
            Some(_) => self.unread("The options must be an object."),
        }
    }

    fn push(&mut self, first: &str, of: InputValue, more: Vec<(String, InputValue)>) {
        let mut entries = vec![(first.to_owned(), of)];
        entries.extend(more);
        self.commands.push(InputValue::Object(entries));
    }

    fn of_database(&mut self, method: &str, arguments: &[Expression]) -> Result<(), Unread> {
        let values = self.values(arguments)?;
        match (method, values.as_slice()) {
            ("command", [command @ InputValue::Object(_)] | [command @ InputValue::Object(_), _]) => {
                self.commands.push(command.clone());
            }
            ("createCollection", [InputValue::String(_)] | [InputValue::String(_), _]) => {
                let options = self.options(values.get(1))?;
                self.push("create", values[0].clone(), options);
            }
            ("dropCollection", [InputValue::String(_)]) => {
                self.push("drop", values[0].clone(), Vec::new());
            }
            ("dropDatabase", []) => self.push("dropDatabase", number(1), Vec::new()),
            ("createIndex", [InputValue::String(collection), rest @ ..]) if !rest.is_empty() => {
                let collection = collection.clone();
                self.create_index(&collection, rest)?;
            }
            _ => return self.unread(format!("db.{method} can't be taken over with these arguments. Write it as db.command({{…}}).")),
        }
        Ok(())
    }

    fn of_collection(
        &mut self,
        collection: &str,
        method: &str,
        arguments: &[Expression],
    ) -> Result<(), Unread> {
        let values = self.values(arguments)?;
        let of = text(collection);
        match (method, values.as_slice()) {
            ("drop", [] | [InputValue::Object(_)]) => self.push("drop", of, Vec::new()),
            ("createIndex", [_] | [_, _]) => self.create_index(collection, &values)?,
            ("createIndexes", [InputValue::Array(indexes)] | [InputValue::Array(indexes), _]) => {
                let mut named = Vec::with_capacity(indexes.len());
                for index in indexes {
                    let keys = self.keys(index.get("key"))?;
                    let mut options = self.options(Some(index))?;
                    options.retain(|(key, _)| key != "key");
                    named.push(index_of(keys, options));
                }
                let options = self.options(values.get(1))?;
                let mut more = vec![("indexes".to_owned(), InputValue::Array(named))];
                more.extend(options);
                self.push("createIndexes", of, more);
            }
            ("dropIndex", [index]) => {
                self.push("dropIndexes", of, vec![("index".to_owned(), index.clone())]);
            }
            ("dropIndexes", []) => {
                self.push("dropIndexes", of, vec![("index".to_owned(), text("*"))]);
            }
            ("insertOne", [document] | [document, _]) => {
                let list = InputValue::Array(vec![document.clone()]);
                let mut more = vec![("documents".to_owned(), list)];
                more.extend(self.options(values.get(1))?);
                self.push("insert", of, more);
            }
            ("insertMany", [InputValue::Array(_)] | [InputValue::Array(_), _]) => {
                let mut more = vec![("documents".to_owned(), values[0].clone())];
                more.extend(self.options(values.get(1))?);
                self.push("insert", of, more);
            }
            ("updateOne" | "updateMany" | "replaceOne", [filter, change] | [filter, change, _]) => {
                let mut update = vec![
                    ("q".to_owned(), filter.clone()),
                    ("u".to_owned(), change.clone()),
                    ("multi".to_owned(), InputValue::Bool(method == "updateMany")),
                ];
                let command = self.split_options(values.get(2), &mut update)?;
                let list = InputValue::Array(vec![InputValue::Object(update)]);
                let mut more = vec![("updates".to_owned(), list)];
                more.extend(command);
                self.push("update", of, more);
            }
            ("deleteOne" | "deleteMany", [] | [_] | [_, _]) => {
                let filter = values.first().cloned().unwrap_or_else(|| object([]));
                let mut delete = vec![
                    ("q".to_owned(), filter),
                    ("limit".to_owned(), number(u32::from(method == "deleteOne"))),
                ];
                let command = self.split_options(values.get(1), &mut delete)?;
                let list = InputValue::Array(vec![InputValue::Object(delete)]);
                let mut more = vec![("deletes".to_owned(), list)];
                more.extend(command);
                self.push("delete", of, more);
            }
            ("aggregate", [InputValue::Array(_)] | [InputValue::Array(_), _]) => {
                let mut more = vec![
                    ("pipeline".to_owned(), values[0].clone()),
                    ("cursor".to_owned(), object([])),
                ];
                more.extend(self.options(values.get(1))?);
                self.push("aggregate", of, more);
            }
            _ => {
                return self.unread(format!("{method} of a collection can't be taken over with these arguments. Write it as db.command({{…}})."));
            }
        }
        Ok(())
    }

    /// The options of one update or deletion, and those of the command around it.
    fn split_options(
        &self,
        options: Option<&InputValue>,
        one: &mut Vec<(String, InputValue)>,
    ) -> Result<Vec<(String, InputValue)>, Unread> {
        const OF_ONE: [&str; 5] = ["upsert", "arrayFilters", "collation", "hint", "sort"];
        let (inside, command): (Vec<_>, Vec<_>) = self
            .options(options)?
            .into_iter()
            .partition(|(key, _)| OF_ONE.contains(&key.as_str()));
        one.extend(inside);
        Ok(command)
    }

    fn create_index(&mut self, collection: &str, values: &[InputValue]) -> Result<(), Unread> {
        const OF_COMMAND: [&str; 3] = ["commitQuorum", "comment", "maxTimeMS"];
        let keys = self.keys(values.first())?;
        let (command, options): (Vec<_>, Vec<_>) = self
            .options(values.get(1))?
            .into_iter()
            .partition(|(key, _)| OF_COMMAND.contains(&key.as_str()));
        let list = InputValue::Array(vec![index_of(keys, options)]);
        let mut more = vec![("indexes".to_owned(), list)];
        more.extend(command);
        self.push("createIndexes", text(collection), more);
        Ok(())
    }

    /// The keys of an index: an object, or the name of one field.
    fn keys(&self, keys: Option<&InputValue>) -> Result<Vec<(String, InputValue)>, Unread> {
        match keys {
            Some(InputValue::Object(entries)) if !entries.is_empty() => Ok(entries.clone()),
            Some(InputValue::String(field)) => Ok(vec![(field.clone(), number(1))]),
            _ => self.unread("The keys of an index must be an object: { email: 1 }."),
        }
    }

    /// A literal, as extended JSON.
    fn value(&self, expression: &Expression) -> Result<InputValue, Unread> {
        Ok(match expression {
            Expression::Null => InputValue::Null,
            Expression::Bool(value) => InputValue::Bool(*value),
            Expression::Text(value) => text(value.clone()),
            Expression::Number(digits) => as_driver(digits, ""),
            Expression::BigInt(digits) => object([("$numberLong", text(digits.clone()))]),
            Expression::Negative(inside) => match inside.as_ref() {
                Expression::Number(digits) => as_driver(digits, "-"),
                Expression::BigInt(digits) => object([("$numberLong", text(format!("-{digits}")))]),
                _ => return self.unread("Only a number can be negative."),
            },
            Expression::Regex(pattern, flags) => regex(pattern, flags),
            Expression::Array(items) => InputValue::Array(self.values(items)?),
            Expression::Object(entries) => InputValue::Object(
                entries
                    .iter()
                    .map(|(key, value)| Ok((key.clone(), self.value(value)?)))
                    .collect::<Result<_, Unread>>()?,
            ),
            Expression::Name(name) => match self.names.get(name) {
                Some(Expression::Name(_)) | None => {
                    return self.unread(format!("What {name} stands for is not known here."));
                }
                Some(known) => self.value(known)?,
            },
            Expression::Call(callee, arguments, _) => self.made(callee, arguments)?,
            Expression::Undefined | Expression::Member(..) | Expression::Function(_) => {
                return self.unread("Only literals can be taken over.");
            }
        })
    }

    /// A value that a function of BSON makes of a literal.
    fn made(&self, callee: &Expression, arguments: &[Expression]) -> Result<InputValue, Unread> {
        let name = match callee {
            Expression::Name(name) => name.clone(),
            Expression::Member(target, method) => match target.as_ref() {
                Expression::Name(name) => format!("{name}.{method}"),
                _ => return self.unread("Only literals can be taken over."),
            },
            _ => return self.unread("Only literals can be taken over."),
        };
        if name == "EJSON.deserialize"
            && let [literal] = arguments
        {
            return self.as_written(literal);
        }
        let digits = match arguments {
            [Expression::Text(value) | Expression::Number(value)] => Some(value.clone()),
            [Expression::Negative(inside)] => match inside.as_ref() {
                Expression::Number(digits) => Some(format!("-{digits}")),
                _ => None,
            },
            _ => None,
        };
        let Some(value) = digits else {
            return self.unread(format!("{name} can only be taken over with one literal: what it gives would depend on when it runs."));
        };
        let is_text = matches!(arguments, [Expression::Text(_)]);
        let wrapped = match name.as_str() {
            "ObjectId" | "ObjectID" if is_object_id(&value) => ("$oid", value),
            "Date" | "ISODate" if is_text => match instant(&value) {
                Some(value) => ("$date", value),
                None => {
                    return self.unread("Write the date with its time zone: 2024-01-31T10:00:00Z.");
                }
            },
            "Date" => return Ok(object([("$date", object([("$numberLong", text(value))]))])),
            "Long" | "NumberLong" | "Long.fromNumber" | "Long.fromString" => ("$numberLong", value),
            "Int32" | "NumberInt" => ("$numberInt", value),
            "Double" => ("$numberDouble", value),
            "Decimal128" | "NumberDecimal" | "Decimal128.fromString" => ("$numberDecimal", value),
            "UUID" => ("$uuid", value),
            _ => return self.unread(format!("{name} can't be taken over here.")),
        };
        Ok(object([(wrapped.0, text(wrapped.1))]))
    }

    /// Extended JSON, whose numbers are what they say.
    fn as_written(&self, expression: &Expression) -> Result<InputValue, Unread> {
        Ok(match expression {
            Expression::Number(digits) => InputValue::Number(digits.clone()),
            Expression::Negative(inside) => match inside.as_ref() {
                Expression::Number(digits) => InputValue::Number(format!("-{digits}")),
                _ => return self.unread("Only a number can be negative."),
            },
            Expression::Array(items) => InputValue::Array(
                items
                    .iter()
                    .map(|item| self.as_written(item))
                    .collect::<Result<_, _>>()?,
            ),
            Expression::Object(entries) => InputValue::Object(
                entries
                    .iter()
                    .map(|(key, value)| Ok((key.clone(), self.as_written(value)?)))
                    .collect::<Result<_, Unread>>()?,
            ),
            other => self.value(other)?,
        })
    }
}

/// An index with the name that the driver would give it.
fn index_of(keys: Vec<(String, InputValue)>, options: Vec<(String, InputValue)>) -> InputValue {
    let named = options.iter().any(|(key, _)| key == "name");
    let name = keys
        .iter()
        .map(|(field, order)| match order {
            InputValue::String(kind) => format!("{field}_{kind}"),
            order => format!("{field}_{order}"),
        })
        .collect::<Vec<_>>()
        .join("_");
    let mut entries = vec![("key".to_owned(), InputValue::Object(keys))];
    if !named {
        entries.push(("name".to_owned(), text(name)));
    }
    entries.extend(options);
    InputValue::Object(entries)
}

/// A number as the driver sends it: a whole one of 32 bits as such, any other as a double.
fn as_driver(digits: &str, sign: &str) -> InputValue {
    let written = format!("{sign}{digits}");
    let Ok(value) = written.parse::<f64>() else {
        return InputValue::Number(written);
    };
    if value.fract() != 0.0 {
        return InputValue::Number(written);
    }
    let negative_zero = value == 0.0 && sign == "-";
    if value >= f64::from(i32::MIN) && value <= f64::from(i32::MAX) && !negative_zero {
        return InputValue::Number(format!("{value:.0}"));
    }
    object([("$numberDouble", text(written))])
}

fn regex(pattern: &str, flags: &str) -> InputValue {
    // MongoDB keeps its options in order, and has no flag for where a search begins or that it goes on.
    let mut options: Vec<char> = flags
        .chars()
        .filter(|flag| matches!(flag, 'i' | 'm' | 's' | 'u'))
        .collect();
    options.sort_unstable();
    object([(
        "$regularExpression",
        object([
            ("pattern", text(pattern)),
            ("options", text(options.into_iter().collect::<String>())),
        ]),
    )])
}

fn is_object_id(value: &str) -> bool {
    value.len() == 24 && value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A date of JavaScript with a time zone, or a day, which is its midnight in UTC.
fn instant(value: &str) -> Option<String> {
    let day = value.len() == 10;
    let whole = if day {
        format!("{value}T00:00:00Z")
    } else {
        value.to_owned()
    };
    whole
        .parse::<Timestamp>()
        .ok()
        .map(|instant| instant.to_string())
}
