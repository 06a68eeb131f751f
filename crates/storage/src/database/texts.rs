//! Texts as both databases keep them: without null characters, which PostgreSQL refuses and nobody can say, hear or read.

use std::borrow::Cow;

use ports::{
    AnsweredRecord, CutShortRecord, Email, EmailChange, EndedRecord, HeardRecord, HintRecord, NewSession, NewUser,
    ProfileChange, Record, SegmentRecord,
};

pub(super) trait WithoutNulls {
    fn without_nulls(self) -> Self;
}

impl WithoutNulls for Cow<'_, str> {
    fn without_nulls(self) -> Self {
        if self.contains('\0') { Cow::Owned(self.replace('\0', "")) } else { self }
    }
}

impl WithoutNulls for String {
    fn without_nulls(self) -> Self {
        Cow::<str>::Owned(self).without_nulls().into_owned()
    }
}

impl<T: WithoutNulls> WithoutNulls for Option<T> {
    fn without_nulls(self) -> Self {
        self.map(T::without_nulls)
    }
}

/// With the fields that somebody outside fills in.
macro_rules! texts {
    ($($of:ident: $($field:ident)*;)*) => {
        $(impl WithoutNulls for $of {
            fn without_nulls(self) -> Self {
                Self { $($field: self.$field.without_nulls(),)* ..self }
            }
        })*
    };
}

texts! {
    NewUser: email name password_hash;
    NewSession: scenario_id opening;
    Email: to subject body;
    SegmentRecord: media_type;
    HeardRecord: text language provider said_as;
    AnsweredRecord: text provider;
    CutShortRecord: heard_text;
    EndedRecord: reason;
    HintRecord: text;
}

impl WithoutNulls for ProfileChange {
    fn without_nulls(self) -> Self {
        let Self { name, avatar, department } = self;
        Self { name: name.without_nulls(), avatar: avatar.without_nulls(), department: department.without_nulls() }
    }
}

impl WithoutNulls for EmailChange {
    fn without_nulls(self) -> Self {
        let Self { to, subject, body } = self;
        Self { to: to.without_nulls(), subject: subject.without_nulls(), body: body.without_nulls() }
    }
}

impl WithoutNulls for Record {
    fn without_nulls(self) -> Self {
        match self {
            Self::Segment(segment) => Self::Segment(segment.without_nulls()),
            Self::Heard(heard) => Self::Heard(heard.without_nulls()),
            Self::Answered(answered) => Self::Answered(answered.without_nulls()),
            Self::CutShort(cut) => Self::CutShort(cut.without_nulls()),
            Self::Ended(ended) => Self::Ended(ended.without_nulls()),
            Self::Hint(hint) => Self::Hint(hint.without_nulls()),
            Self::Numbered { .. } | Self::Part { .. } | Self::Spoken(_) => self,
        }
    }
}
