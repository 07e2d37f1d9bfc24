//! What any request may be refused with, whichever route it asks for: the answers of the layers around the
//! handlers, and of the machine, as the description of the API lists them.
//!
//! They are told apart by method and body alone. What a route itself refuses is listed at its handler, and stays as it
//! is listed there.

use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{Components, ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, HttpMethod, OpenApi, PathItem, Ref, RefOr};

use super::origin_policy::CHANGED_BY_GET;

/// Which operations may answer it.
#[derive(Clone, Copy)]
enum Of {
    All,
    Changes,
    Bodies,
    /// Those that a path names something for.
    Named,
    /// Those with parameters of the URL or a body.
    Parameters,
}

/// An answer that many operations share.
struct Refusal {
    status: &'static str,
    of: Of,
    /// Its name among the components of the description.
    name: &'static str,
    description: &'static str,
}

const REFUSALS: [Refusal; 13] = [
    Refusal {
        status: "400",
        of: Of::All,
        name: "BadRequest",
        description: "The request has no usable Host header, or a part of it cannot be used: the message says which.",
    },
    Refusal {
        status: "403",
        of: Of::Changes,
        name: "Forbidden",
        description: "A page of another origin asks for a change. The operator names the origins that may.",
    },
    Refusal {
        status: "404",
        of: Of::Named,
        name: "NotFound",
        description: "There is nothing of the name or id in the path.",
    },
    Refusal {
        status: "408",
        of: Of::Bodies,
        name: "RequestTimeout",
        description: "The body came too slowly. The connection is closed.",
    },
    Refusal {
        status: "412",
        of: Of::All,
        name: "PreconditionFailed",
        description: "The state is not the one that If-Match, If-None-Match or If-Unmodified-Since demands. Nothing was done.",
    },
    Refusal {
        status: "413",
        of: Of::Bodies,
        name: "PayloadTooLarge",
        description: "The body is larger than this route reads.",
    },
    Refusal {
        status: "415",
        of: Of::Bodies,
        name: "UnsupportedMediaType",
        description: "The body is of a media type that this route does not read.",
    },
    Refusal {
        status: "421",
        of: Of::All,
        name: "MisdirectedRequest",
        description: "The request is for a host that this server is not called.",
    },
    Refusal {
        status: "422",
        of: Of::Parameters,
        name: "UnprocessableContent",
        description: "A parameter or field is missing or not of its type: the message names it, its value and what is allowed.",
    },
    Refusal {
        status: "503",
        of: Of::All,
        name: "ServiceUnavailable",
        description: "The server cannot do this for the moment: it has too much to do, or its data folder cannot be used.",
    },
    Refusal {
        status: "507",
        of: Of::Changes,
        name: "InsufficientStorage",
        description: "The disk of the data folder is full.",
    },
    Refusal {
        status: "4XX",
        of: Of::All,
        name: "Refused",
        description: "Refused: the caller can mend it, and the message says how.",
    },
    Refusal {
        status: "5XX",
        of: Of::All,
        name: "Failed",
        description: "Failed: not the caller's fault.",
    },
];

/// Lists at each operation what it may be refused with besides what it lists itself.
pub fn list(document: &mut OpenApi) {
    let components = document.components.get_or_insert_with(Components::new);
    let named = REFUSALS.iter().map(|refusal| {
        let response = refusal.response();
        (refusal.name.to_owned(), response.into())
    });
    components.responses.extend(named);
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            let changes = method != HttpMethod::Get || CHANGED_BY_GET.contains(&path.as_str());
            list_at(operation, changes, path.contains('{'));
        }
    }
}

fn list_at(operation: &mut Operation, changes: bool, is_named: bool) {
    let has_body = operation.request_body.is_some();
    let mut parameters = operation.parameters.iter().flatten();
    let in_query = parameters.any(|parameter| {
        matches!(parameter, RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query)
    });
    let listed = &mut operation.responses.responses;
    for refusal in &REFUSALS {
        let may_come = match refusal.of {
            Of::All => true,
            Of::Changes => changes,
            Of::Bodies => has_body,
            Of::Named => is_named,
            Of::Parameters => has_body || in_query,
        };
        if may_come {
            let response = || Ref::from_response_name(refusal.name).into();
            listed
                .entry(refusal.status.to_owned())
                .or_insert_with(response);
        }
    }
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (HttpMethod, &mut Operation)> {
    let methods = [
        (HttpMethod::Get, &mut item.get),
        (HttpMethod::Put, &mut item.put),
        (HttpMethod::Patch, &mut item.patch),
        (HttpMethod::Post, &mut item.post),
        (HttpMethod::Delete, &mut item.delete),
    ];
    methods
        .into_iter()
        .filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

impl Refusal {
    fn response(&self) -> Response {
        let body = Ref::from_schema_name("ErrorBody");
        let content = ContentBuilder::new().schema(Some(body)).build();
        let response = ResponseBuilder::new()
            .description(self.description)
            .content("application/json", content);
        match self.status {
            "503" => response.header("Retry-After", retry_after()).build(),
            _ => response.build(),
        }
    }
}

fn retry_after() -> Header {
    let seconds = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .build();
    HeaderBuilder::new()
        .schema(Some(seconds))
        .description(Some(
            "Seconds after which to try again, where the server knows.",
        ))
        .build()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::CHANGED_BY_GET;

    #[test]
    fn each_operation_lists_what_the_layers_around_it_refuse() {
        let document: Value = serde_json::from_str(&super::super::openapi()).unwrap();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let changes = method != "get" || CHANGED_BY_GET.contains(&path.as_str());
                let has_body = operation["requestBody"].is_object();
                let mut wanted = vec!["400", "412", "421", "503", "4XX", "5XX"];
                wanted.extend(["403", "507"].iter().filter(|_| changes));
                wanted.extend(["408", "413"].iter().filter(|_| has_body));
                for status in wanted {
                    let response = &operation["responses"][status];
                    assert!(response.is_object(), "{method} {path} lists no {status}");
                }
            }
        }
    }

    #[test]
    fn what_a_route_says_itself_is_not_said_over() {
        let document: Value = serde_json::from_str(&super::super::openapi()).unwrap();
        let upload = &document["paths"]["/projects/{project_id}/images"]["post"]["responses"];
        assert!(upload["422"]["description"].is_string());
        assert!(upload["412"]["$ref"].is_string());
    }
}
