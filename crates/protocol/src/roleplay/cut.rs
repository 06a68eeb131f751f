//! An audio chunk that travels as text is nearly all audio, and reading that as JSON takes longer than decoding it. So it is cut
//! out of the text first, and the rest is read as any event is.

use std::borrow::Cow;

use memchr::memchr2;

/// An event without the text of its audio.
pub(super) struct Cut<'a> {
    pub(super) event: String,
    pub(super) audio: Cow<'a, str>,
    /// Where in the event the audio was.
    at: usize,
}

impl<'a> Cut<'a> {
    /// `None` where there is nothing to cut out, or an escape in it other than that of a slash, which some write.
    pub(super) fn out_of(text: &'a str) -> Option<Self> {
        const BEFORE: &str = r#""audioData":""#;
        const SLASH: &str = r"\/";
        let at = text.find(BEFORE)? + BEFORE.len();
        let (mut end, mut has_escapes) = (at, false);
        loop {
            end += memchr2(b'"', b'\\', &text.as_bytes()[end..])?;
            if text[end..].starts_with('"') {
                break;
            }
            if !text[end..].starts_with(SLASH) {
                return None;
            }
            has_escapes = true;
            end += SLASH.len();
        }
        let (audio, event) = (&text[at..end], [&text[..at], &text[end..]].concat());
        let audio = if has_escapes { audio.replace(SLASH, "/").into() } else { audio.into() };
        Some(Self { event, audio, at })
    }

    /// True if this text of the event is what is left of the audio. What looks like audio may be part of another field.
    pub(super) fn is_between(&self, quotes: &str) -> bool {
        quotes.is_empty() && std::ptr::eq(quotes.as_ptr(), self.event[self.at..].as_ptr())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_audio_is_what_stands_between_its_quotes() {
        let cut = Cut::out_of(r#"["audio-chunk",{"sessionId":"s","audioData":"AAAA","seq":1}]"#).unwrap();
        assert_eq!(cut.audio, "AAAA");
        assert_eq!(cut.event, r#"["audio-chunk",{"sessionId":"s","audioData":"","seq":1}]"#);
        assert!(cut.is_between(&cut.event[cut.at..cut.at]));
        assert!(!cut.is_between(&cut.event[1..1]) && !cut.is_between(&cut.event[cut.at..]));
    }

    #[test]
    fn slashes_may_be_escaped() {
        let cut = Cut::out_of(r#"["audio-chunk",{"audioData":"\/A\/\/\/","seq":1}]"#).unwrap();
        assert_eq!(cut.audio, "/A///");
        assert_eq!(cut.event, r#"["audio-chunk",{"audioData":"","seq":1}]"#);
    }

    #[test]
    fn nothing_is_cut_out_of_what_has_no_audio_or_has_escapes_in_it() {
        for text in [
            r#"["ping"]"#,
            r#"["audio-chunk",{"audioData":{}}]"#,
            r#"{"audioData":"AA\nA"}"#,
            r#"{"audioData":"AA\"}"#,
            r#""audioData":"AA"#,
        ] {
            assert!(Cut::out_of(text).is_none(), "{text}");
        }
    }
}
