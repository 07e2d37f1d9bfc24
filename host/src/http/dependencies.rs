//! What the fields of a body ask of each other, as the description of the API says it: which of them go together, and
//! which bodies may be left out. Macros at the types know one field at a time.

use utoipa::openapi::schema::{AllOfBuilder, AnyOfBuilder, ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{OpenApi, RefOr, Required};

/// What `image_id` in the URL stands for.
const OPTIONAL_BODIES: [&str; 3] = [
    "/matches",
    "/projects/{project_id}/matches",
    "/images/similar",
];

/// Says in a description what fields and bodies depend on.
pub fn say(document: &mut OpenApi) {
    require(document, "CheckBody", check());
    require(document, "ResolveBody", resolve());
    for path in OPTIONAL_BODIES {
        let item = document.paths.paths.get_mut(path);
        let operation = item.and_then(|item| item.post.as_mut());
        let body = operation.and_then(|operation| operation.request_body.as_mut());
        if let Some(RefOr::T(body)) = body {
            body.required = Some(Required::False);
        }
    }
}

/// A named schema asks for this, too.
fn require(document: &mut OpenApi, name: &str, also: AnyOfBuilder) {
    let components = document.components.as_mut();
    let schema = components.and_then(|components| components.schemas.get_mut(name));
    if let Some(schema) = schema {
        let both = AllOfBuilder::new().item(schema.clone()).item(also);
        *schema = both.into();
    }
}

/// A digest, or at least one fingerprint.
fn check() -> AnyOfBuilder {
    let digest = ObjectBuilder::new()
        .property("sha256", of_type(Type::String))
        .required("sha256");
    let fingerprints = ArrayBuilder::new().min_items(Some(1));
    let fingerprints = ObjectBuilder::new()
        .property("fingerprints", fingerprints)
        .required("fingerprints");
    AnyOfBuilder::new().item(digest).item(fingerprints)
}

/// `keep` with `remove`, or `images` with `keep` or without it.
fn resolve() -> AnyOfBuilder {
    let some = ObjectBuilder::new()
        .property("keep", of_type(Type::String))
        .property("remove", of_type(Type::Array))
        .property("images", of_type(Type::Null))
        .required("keep")
        .required("remove");
    let group = ObjectBuilder::new()
        .property("images", of_type(Type::Array))
        .property("remove", of_type(Type::Null))
        .required("images");
    AnyOfBuilder::new().item(some).item(group)
}

fn of_type(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(kind)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::OPTIONAL_BODIES;

    #[test]
    fn fields_that_go_together_are_told() {
        let document: Value = serde_json::from_str(&super::super::openapi()).unwrap();
        let required = |name: &str, place: usize| {
            document["components"]["schemas"][name]["allOf"][1]["anyOf"][place]["required"].clone()
        };
        assert_eq!(required("CheckBody", 0), json!(["sha256"]));
        assert_eq!(required("CheckBody", 1), json!(["fingerprints"]));
        assert_eq!(required("ResolveBody", 0), json!(["keep", "remove"]));
        assert_eq!(required("ResolveBody", 1), json!(["images"]));
        for path in OPTIONAL_BODIES {
            let body = &document["paths"][path]["post"]["requestBody"];
            assert_eq!(body["required"], json!(false), "{path}");
        }
    }
}
