//! A schema document without references: `$ref` inlined, `allOf` merged into its parent.
//!
//! Inlining first makes the rest simple and quick: a shape is read in one pass, and the validator
//! checks `additionalProperties` where the document says `unevaluatedProperties`.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

const MAX_DEPTH: usize = 24;

/// Flattens the document `name`. The name of a definition of `common` stays visible as
/// `x-estate-type` (`money`, `date`, …).
///
/// # Errors
/// A sentence on a reference that leads nowhere or in circles.
pub fn flatten(documents: &BTreeMap<&str, &Json>, name: &str) -> Result<Json, String> {
    let root = documents.get(name).ok_or_else(|| format!("there is no schema `{name}`"))?;
    let mut flat = inline(documents, name, root, 0)?;
    if let Json::Object(map) = &mut flat {
        // Definitions have been copied to where they are used.
        map.remove("$defs");
        map.remove("$id");
        close(map);
    }
    Ok(flat)
}

fn inline(
    documents: &BTreeMap<&str, &Json>,
    base: &str,
    schema: &Json,
    depth: usize,
) -> Result<Json, String> {
    if depth > MAX_DEPTH {
        return Err("its references go in circles or nest too deeply".to_owned());
    }
    let Json::Object(map) = schema else { return Ok(schema.clone()) };
    let mut merged = Map::new();
    if let Some(Json::String(reference)) = map.get("$ref") {
        let (document, target) = resolve(documents, base, reference)?;
        let Json::Object(target_map) = inline(documents, document, target, depth + 1)? else {
            return Err(format!("`{reference}` is no schema"));
        };
        merged = target_map;
        merged.remove("$defs");
        merged.remove("$id");
        if let Some(definition) = reference.rsplit_once("/$defs/").map(|(_, name)| name) {
            merged.insert("x-estate-type".into(), definition.into());
        }
    }
    for part in map.get("allOf").and_then(Json::as_array).into_iter().flatten() {
        if let Json::Object(part) = inline(documents, base, part, depth + 1)? {
            merge(&mut merged, part);
        }
    }
    let mut own = Map::new();
    for (keyword, value) in map {
        let value = match keyword.as_str() {
            "$ref" | "allOf" => continue,
            "properties" | "patternProperties" | "$defs" => {
                each(value, |v| inline(documents, base, v, depth + 1))?
            }
            "items" | "additionalProperties" | "propertyNames" | "not" => {
                inline(documents, base, value, depth + 1)?
            }
            _ => value.clone(),
        };
        own.insert(keyword.clone(), value);
    }
    merge(&mut merged, own);
    Ok(Json::Object(merged))
}

fn each(value: &Json, f: impl Fn(&Json) -> Result<Json, String>) -> Result<Json, String> {
    let Json::Object(map) = value else { return Ok(value.clone()) };
    let entries = map.iter().map(|(key, value)| Ok((key.clone(), f(value)?)));
    entries.collect::<Result<Map<_, _>, String>>().map(Json::Object)
}

fn resolve<'a>(
    documents: &BTreeMap<&'a str, &'a Json>,
    base: &'a str,
    reference: &'a str,
) -> Result<(&'a str, &'a Json), String> {
    let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
    let name = match file {
        "" => base,
        file => file.rsplit('/').next().and_then(|file| file.strip_suffix(super::SUFFIX)).unwrap_or(file),
    };
    let nowhere = || format!("the reference `{reference}` leads nowhere");
    let (name, document) = documents.get_key_value(name).ok_or_else(nowhere)?;
    let target = if pointer.is_empty() { Some(*document) } else { document.pointer(pointer) };
    Ok((name, target.ok_or_else(nowhere)?))
}

/// Later keywords win, except that properties and required fields add up.
fn merge(into: &mut Map<String, Json>, from: Map<String, Json>) {
    for (keyword, value) in from {
        match (keyword.as_str(), into.get_mut(&keyword), value) {
            ("properties", Some(Json::Object(mine)), Json::Object(theirs)) => {
                for (name, schema) in theirs {
                    match (mine.get_mut(&name), schema) {
                        (Some(Json::Object(mine)), Json::Object(theirs)) => merge(mine, theirs),
                        (_, schema) => {
                            mine.insert(name, schema);
                        }
                    }
                }
            }
            ("required", Some(Json::Array(mine)), Json::Array(theirs)) => {
                for name in theirs {
                    if !mine.contains(&name) {
                        mine.push(name);
                    }
                }
            }
            (_, _, value) => {
                into.insert(keyword, value);
            }
        }
    }
}

fn close(schema: &mut Map<String, Json>) {
    if let Some(unevaluated) = schema.remove("unevaluatedProperties") {
        schema.entry("additionalProperties").or_insert(unevaluated);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_and_all_of_become_one_closed_object() {
        let common = json!({"$defs": {"money": {"type": "string", "description": "an amount"}}});
        let item = json!({"required": ["id"], "properties": {"id": {"type": "string"},
            "cost": {"$ref": "common.schema.json#/$defs/money", "description": "what it cost"}}});
        let server = json!({"allOf": [{"$ref": "item.schema.json"}], "required": ["rack"],
            "properties": {"id": {"minLength": 3}}, "unevaluatedProperties": false});
        let documents = BTreeMap::from([("common", &common), ("item", &item), ("server", &server)]);
        let flat = flatten(&documents, "server").unwrap();
        assert_eq!(
            flat,
            json!({"required": ["id", "rack"], "additionalProperties": false, "properties": {
                "id": {"type": "string", "minLength": 3},
                "cost": {"type": "string", "description": "what it cost", "x-estate-type": "money"}}})
        );
    }

    #[test]
    fn circles_are_refused() {
        let a = json!({"properties": {"b": {"$ref": "#"}}});
        assert!(flatten(&BTreeMap::from([("a", &a)]), "a").is_err());
    }
}
