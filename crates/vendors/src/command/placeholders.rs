/// Puts the values into the template in one pass, quoted for the shell. Unknown braces stay as they are.
pub(crate) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut line = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        let (before, from_brace) = rest.split_at(at);
        line.push_str(before);
        let known = values.iter().find(|(placeholder, _)| from_brace.starts_with(placeholder));
        let taken = match known {
            Some((placeholder, value)) => {
                line.push_str(&quote(value));
                placeholder.len()
            }
            None => {
                line.push('{');
                1
            }
        };
        rest = &from_brace[taken..];
    }
    line + rest
}

fn quote(value: &str) -> String {
    let clean = value.replace('\0', "");
    format!("'{}'", clean.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_and_never_read_as_templates() {
        let line = fill("say -v {voice} ${HOME} {wav}", &[("{voice}", "it's {wav}; rm -rf /"), ("{wav}", "/a b")]);
        assert_eq!(line, r"say -v 'it'\''s {wav}; rm -rf /' ${HOME} '/a b'");
    }
}
