use std::{collections::HashMap, path::PathBuf, time::Duration};

use axum::{extract::Query, http::Uri};
use secrecy::SecretString;

use super::{
    parse::{self, WEB_ADDRESS, YES_OR_NO},
    values::Values,
    variable::Variable,
};

/// Where things are kept.
#[derive(Debug)]
pub struct Stores {
    pub data_dir: PathBuf,
    /// `sqlite:` or `postgres:`; may hold a password.
    pub database_url: SecretString,
    pub objects: ObjectStoreLocation,
    /// Sessions that began longer ago are forgotten; `None` keeps them.
    pub retention: Option<Duration>,
}

#[derive(Debug)]
pub enum ObjectStoreLocation {
    Folder(PathBuf),
    S3(S3Location),
}

#[derive(Debug)]
pub struct S3Location {
    pub bucket: String,
    /// `None` is AWS itself.
    pub endpoint: Option<String>,
    pub region: String,
    pub path_style: bool,
    pub access_key_id: String,
    pub secret_access_key: SecretString,
    /// As the world reaches it; `None` where it does not.
    pub public_url: Option<String>,
}

const DATA_DIR: Variable =
    Variable::new("DATA_DIR", "./data", "Folder of everything the server keeps itself; created when missing");
const DATABASE_URL: Variable = Variable::new(
    "DATABASE_URL",
    "",
    "sqlite:///path or postgres://user:password@host/name; default: repartee.db in DATA_DIR",
);
const OBJECT_STORE_URL: Variable = Variable::new(
    "OBJECT_STORE_URL",
    "",
    "file:///path or s3://bucket?endpoint=..&region=..&path_style=true; default: the folder objects in DATA_DIR",
);
const S3_ENDPOINT: Variable =
    Variable::new("S3_ENDPOINT", "", "Address of an S3 server that is not AWS, unless the object store's URL has it");
const S3_REGION: Variable = Variable::new(
    "S3_REGION",
    "",
    "Region of the bucket, unless the object store's URL has it; default with an endpoint: us-east-1",
)
.or(&["AWS_REGION"]);
const S3_PATH_STYLE: Variable = Variable::new(
    "S3_PATH_STYLE",
    "",
    "true where the bucket is part of the path, as MinIO wants it; default: true with an endpoint that is not in OSS",
);
const S3_ACCESS_KEY_ID: Variable = Variable::new("S3_ACCESS_KEY_ID", "", "Key id for the bucket").or(&[
    "AWS_ACCESS_KEY_ID",
    "ALIYUN_ACCESS_KEY_ID",
    "ALIYUN_AK_ID",
]);
const S3_SECRET_ACCESS_KEY: Variable = Variable::secret("S3_SECRET_ACCESS_KEY", "Secret key for the bucket").or(&[
    "AWS_SECRET_ACCESS_KEY",
    "ALIYUN_ACCESS_KEY_SECRET",
    "ALIYUN_AK_SECRET",
]);
const S3_PUBLIC_URL: Variable = Variable::new(
    "S3_PUBLIC_URL",
    "",
    "Address of the S3 server as browsers reach it: recordings then play from there, and the bucket must allow FRONTEND_URL",
);
const ALIYUN_OSS_BUCKET: Variable = Variable::new(
    "ALIYUN_OSS_BUCKET",
    "",
    "Bucket in Aliyun OSS, as existing deployments name it; OBJECT_STORE_URL comes first",
);
const ALIYUN_OSS_REGION: Variable = Variable::new("ALIYUN_OSS_REGION", "", "Its region, such as cn-hangzhou");
const ALIYUN_OSS_ENDPOINT: Variable =
    Variable::new("ALIYUN_OSS_ENDPOINT", "", "Its address; default: the public one of the region");
const RETENTION_DAYS: Variable = Variable::new(
    "RETENTION_DAYS",
    "0",
    "Sessions that began longer ago are deleted with their recordings and reports; 0 keeps them",
);

pub(super) const VARIABLES: &[Variable] = &[
    DATA_DIR,
    DATABASE_URL,
    OBJECT_STORE_URL,
    S3_ENDPOINT,
    S3_REGION,
    S3_PATH_STYLE,
    S3_ACCESS_KEY_ID,
    S3_SECRET_ACCESS_KEY,
    S3_PUBLIC_URL,
    ALIYUN_OSS_BUCKET,
    ALIYUN_OSS_REGION,
    ALIYUN_OSS_ENDPOINT,
    RETENTION_DAYS,
];

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// What the object store's URL itself says.
#[derive(Default)]
enum Place {
    #[default]
    DataDir,
    Folder(PathBuf),
    Bucket {
        name: String,
        endpoint: Option<String>,
        region: Option<String>,
        path_style: Option<bool>,
    },
}

pub(super) fn read(values: &mut Values) -> Stores {
    let data_dir = PathBuf::from(values.text(&DATA_DIR).unwrap_or_default());
    let database_url = values
        .optional(&DATABASE_URL, "sqlite:///path/of/file or postgres://user:password@host/name", database_url)
        .unwrap_or_else(|| format!("sqlite://{}", data_dir.join("repartee.db").display()));
    let days = parse::number(values, &RETENTION_DAYS, 0..=36_500);
    Stores {
        retention: (days > 0).then(|| DAY * days),
        objects: object_store(values, data_dir.join("objects")),
        database_url: SecretString::from(database_url),
        data_dir,
    }
}

fn object_store(values: &mut Values, default_folder: PathBuf) -> ObjectStoreLocation {
    let place = values
        .optional(
            &OBJECT_STORE_URL,
            "file:///absolute/path or s3://bucket, with endpoint, region and path_style as its parameters",
            place,
        )
        .or_else(|| bucket_in_oss(values))
        .unwrap_or_default();
    let endpoint_alternative = values.optional(&S3_ENDPOINT, WEB_ADDRESS, parse::web_address);
    let public_url = values.optional(&S3_PUBLIC_URL, WEB_ADDRESS, parse::web_address);
    let path_style_alternative = values.optional(&S3_PATH_STYLE, YES_OR_NO, parse::yes_or_no);
    if !matches!(place, Place::Bucket { .. }) {
        note_what_is_for_a_bucket(values);
    }
    match place {
        Place::DataDir => ObjectStoreLocation::Folder(default_folder),
        Place::Folder(folder) => ObjectStoreLocation::Folder(folder),
        Place::Bucket { name, endpoint, region, path_style } => {
            let endpoint = endpoint.or(endpoint_alternative);
            ObjectStoreLocation::S3(S3Location {
                bucket: name,
                region: region.unwrap_or_else(|| default_region(values, endpoint.as_deref())),
                path_style: path_style.or(path_style_alternative).unwrap_or_else(|| is_path_style(endpoint.as_deref())),
                endpoint,
                access_key_id: needed_for_bucket(values, &S3_ACCESS_KEY_ID),
                secret_access_key: needed_for_bucket(values, &S3_SECRET_ACCESS_KEY).into(),
                public_url: public_url.clone(),
            })
        }
    }
}

/// OSS, as AWS, refuses a bucket in the path; of what is behind a domain of its own only the operator knows.
fn is_path_style(endpoint: Option<&str>) -> bool {
    endpoint.is_some_and(|endpoint| {
        let uri = endpoint.parse::<Uri>().ok();
        let host = uri.as_ref().and_then(Uri::host).unwrap_or_default();
        !host.to_ascii_lowercase().ends_with(".aliyuncs.com")
    })
}

/// Other stores than AWS do not care, but a request is signed with one.
fn default_region(values: &mut Values, endpoint: Option<&str>) -> String {
    let region = values.text(&S3_REGION);
    if region.is_none() && endpoint.is_none() {
        let remedy = "a bucket in AWS needs it; set S3_ENDPOINT where the bucket is elsewhere";
        values.refuse(S3_REGION.name, "is not set", remedy);
    }
    region.unwrap_or_else(|| "us-east-1".to_owned())
}

/// The names that nobody sets for anything else.
fn note_what_is_for_a_bucket(values: &mut Values) {
    const OF_BUCKETS: [&Variable; 6] =
        [&S3_ENDPOINT, &S3_REGION, &S3_PATH_STYLE, &S3_ACCESS_KEY_ID, &S3_SECRET_ACCESS_KEY, &S3_PUBLIC_URL];
    for variable in OF_BUCKETS {
        if values.is_given(variable.name) {
            values.note(format!("{} is set, but OBJECT_STORE_URL names no bucket such as s3://voices", variable.name));
        }
    }
}

fn bucket_in_oss(values: &mut Values) -> Option<Place> {
    let address = values.optional(&ALIYUN_OSS_ENDPOINT, WEB_ADDRESS, address_in_oss);
    let name = values.text(&ALIYUN_OSS_BUCKET)?;
    let region = values.text(&ALIYUN_OSS_REGION).map(|region| region.trim_start_matches("oss-").to_owned());
    let endpoint = address.or_else(|| region.as_ref().map(|region| format!("https://s3.oss-{region}.aliyuncs.com")));
    if endpoint.is_none() {
        values.refuse(ALIYUN_OSS_BUCKET.name, "is set", "that needs ALIYUN_OSS_REGION or ALIYUN_OSS_ENDPOINT");
    }
    Some(Place::Bucket { name, endpoint, region, path_style: Some(false) })
}

/// Existing deployments write the host alone.
fn address_in_oss(text: &str) -> Option<String> {
    let address = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    parse::web_address(&address)
}

/// A bucket lets nobody in without a key; the start is refused when it is missing.
fn needed_for_bucket(values: &mut Values, variable: &Variable) -> String {
    values.text(variable).unwrap_or_else(|| {
        values.refuse(variable.name, "is not set", "an object store in a bucket needs it");
        String::new()
    })
}

fn database_url(text: &str) -> Option<String> {
    let known = ["sqlite:", "postgres://", "postgresql://"]
        .iter()
        .any(|scheme| text.starts_with(scheme) && text.len() > scheme.len());
    known.then(|| text.to_owned())
}

fn place(text: &str) -> Option<Place> {
    if let Some(path) = text.strip_prefix("file://") {
        return path.starts_with('/').then(|| Place::Folder(path.into()));
    }
    let uri: Uri = text.parse().ok()?;
    if uri.scheme_str() != Some("s3") || !matches!(uri.path(), "" | "/") {
        return None;
    }
    let Query(mut parameters) = Query::<HashMap<String, String>>::try_from_uri(&uri).ok()?;
    let place = Place::Bucket {
        name: uri.host().filter(|name| !name.is_empty())?.to_owned(),
        endpoint: match parameters.remove("endpoint") {
            Some(endpoint) => Some(parse::web_address(&endpoint)?),
            None => None,
        },
        region: parameters.remove("region"),
        path_style: match parameters.remove("path_style") {
            Some(answer) => Some(parse::yes_or_no(&answer)?),
            None => None,
        },
    };
    parameters.is_empty().then_some(place)
}
