//! The REST interface as an OpenAPI document. Routes are registered together with their description, so neither is
//! without the other; what every operation shares is added here.

use axum::{Json, response::IntoResponse as _, routing::MethodRouter};
use utoipa::{
    Modify, OpenApi, PartialSchema as _,
    openapi::{
        ArrayBuilder, Content, Object, ObjectBuilder, RefOr, ResponseBuilder, Schema,
        path::{Operation, PathItem},
        schema::Type,
        security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
    },
};

use super::envelope::Refused;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Repartee",
        description = "Accounts, scenarios, typed roleplay, reports and recordings. Speech travels over Socket.IO."
    ),
    components(schemas(Refused)),
    modifiers(&Access),
    security(("bearer" = []), ("cookie" = []))
)]
pub(super) struct Document;

struct Access;

impl Modify for Access {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).bearer_format("JWT").build();
        let cookie = ApiKey::Cookie(ApiKeyValue::new("token"));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
        components.add_security_scheme("cookie", SecurityScheme::ApiKey(cookie));
    }
}

/// With what every operation has alike. The names of handlers are no names for operations: several are called `one`.
pub(super) fn complete(mut document: utoipa::openapi::OpenApi) -> utoipa::openapi::OpenApi {
    let schema = RefOr::Ref(utoipa::openapi::Ref::from_schema_name("Refused"));
    let failure = ResponseBuilder::new()
        .description("Why it is not done")
        .content("application/json", Content::new(Some(schema)))
        .build();
    for operation in document.paths.paths.values_mut().flat_map(operations) {
        operation.operation_id = None;
        for answer in operation.responses.responses.values_mut() {
            if let RefOr::T(answer) = answer {
                "Done".clone_into(&mut answer.description);
            }
        }
        operation.responses.responses.insert("default".to_owned(), RefOr::T(failure.clone()));
    }
    document
}

pub(super) fn serve<S: Clone + Send + Sync + 'static>(document: utoipa::openapi::OpenApi) -> MethodRouter<S> {
    axum::routing::get(move || {
        let answer = Json(&document).into_response();
        async move { answer }
    })
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    [&mut item.get, &mut item.put, &mut item.post, &mut item.delete].into_iter().flatten()
}

/// Of a scenario.
pub(super) fn persona() -> Object {
    let strings = ArrayBuilder::new().items(String::schema());
    let required = ["name", "role", "company", "background", "personality"];
    let named = required
        .into_iter()
        .fold(ObjectBuilder::new(), |object, name| object.property(name, String::schema()).required(name));
    let optional = ["avatar", "voice"].into_iter().fold(named, |object, name| object.property(name, String::schema()));
    optional.property("concerns", strings).required("concerns").build()
}

/// Of feedback.
pub(super) fn dimensions() -> RefOr<Schema> {
    let strings = ArrayBuilder::new().items(String::schema());
    let texts = ["name", "quote", "explanation"]
        .into_iter()
        .fold(ObjectBuilder::new(), |object, name| object.property(name, String::schema()).required(name));
    let number = || ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).maximum(Some(100));
    let numbered =
        ["score", "weight"].into_iter().fold(texts, |object, name| object.property(name, number()).required(name));
    let turn = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1));
    let dimension = numbered.property("suggestions", strings).required("suggestions").property("turn", turn);
    ArrayBuilder::new().items(dimension).into()
}
