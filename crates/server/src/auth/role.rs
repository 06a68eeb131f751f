use ports::Role;

/// The names of several generations of tokens, in any case. An unknown one is a trainee.
pub fn parse_role(text: &str) -> Role {
    match text.to_ascii_lowercase().as_str() {
        "admin" | "super_admin" => Role::Admin,
        "coach" | "trainer" => Role::Coach,
        _ => Role::Trainee,
    }
}

/// As existing services read it in a token.
pub fn token_role(role: Role) -> &'static str {
    match role {
        Role::Trainee => "USER",
        Role::Coach => "TRAINER",
        Role::Admin => "ADMIN",
    }
}
