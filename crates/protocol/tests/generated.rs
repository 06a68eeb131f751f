use std::{env, fs, path::Path};

#[test]
fn the_typescript_types_are_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web-client/packages/client/src/generated/roleplay.ts");
    let wanted = protocol::roleplay::typescript();
    if env::var_os("UPDATE_GENERATED").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &wanted).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(found == wanted, "the TypeScript types are stale; run `make generate`");
}
