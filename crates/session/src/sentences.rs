#[derive(Debug, Default)]
pub struct Sentences(String);
impl Sentences {
    pub fn push(&mut self, text: &str) -> Vec<String> {
        self.0.push_str(text);
        let mut out = vec![];
        while let Some(i) = self.0.find(". ") {
            let rest = self.0.split_off(i + 2);
            out.push(std::mem::replace(&mut self.0, rest));
        }
        out
    }
    pub fn finish(&mut self) -> Option<String> {
        let t = std::mem::take(&mut self.0);
        (!t.is_empty()).then_some(t)
    }
}
