//! Garbage, lies, truncation and floods: each is answered with what to do about it, and the next good chunk is taken.

use audio::{AudioError, Declared, Format, Intake, Limits, decode};

use crate::common::{complaint, fixture, intake, packets, whole};

const GARBAGE: [u8; 700] = [0; 700];

#[test]
fn a_damaged_part_costs_no_more_than_the_elements_around_it() {
    for (name, lost_packets) in [("chromium.webm", 15), ("pages.ogg", 30), ("chromium.mp4", 15)] {
        let stream = fixture(name);
        let all = packets(&whole([&stream[..]]));
        let mut intake = intake();
        intake.push(&stream[..30_000], &Declared::unknown()).unwrap();
        let damaged = [&GARBAGE[..], &stream[30_000..]].concat();
        let mut errors = 0;
        for chunk in damaged.chunks(2000) {
            match intake.push(chunk, &Declared::unknown()) {
                Ok(()) => {}
                Err(AudioError::Damaged { .. } | AudioError::BadPacket { .. } | AudioError::TooLarge { .. }) => {
                    errors += 1
                }
                Err(error) => panic!("{name}: {error}"),
            }
        }
        let kept = packets(&intake.cut());
        assert!((1..4).contains(&errors), "{name}: {errors} errors");
        assert!(kept.len() + lost_packets > all.len(), "{name}: {} of {} packets", kept.len(), all.len());
        assert_eq!(kept.last(), all.last(), "{name}");
    }
}

#[test]
fn damage_costs_the_same_however_it_arrives() {
    for name in ["chromium.webm", "pages.ogg", "chromium.mp4"] {
        let stream = fixture(name);
        let damaged = [&stream[..20_000], &GARBAGE, &stream[20_500..]].concat();
        let kept = |size: usize| {
            let mut intake = intake();
            let errors = damaged.chunks(size).filter(|chunk| intake.push(chunk, &Declared::unknown()).is_err()).count();
            assert!(errors > 0, "{name}");
            packets(&intake.cut())
        };
        let expected = kept(damaged.len());
        assert!(expected.len() > 100, "{name}: {}", expected.len());
        for size in [1, 2, 3, 5, 1000] {
            assert!(kept(size) == expected, "{name} in chunks of {size}");
        }
    }
}

#[test]
fn a_fragment_may_not_claim_more_samples_than_anybody_records() {
    let mp4 = fixture("chromium.mp4");
    let header = mp4.windows(4).position(|window| window == b"moof").unwrap() - 4;
    let defaults = [&[0, 0, 0, 20][..], b"tfhd", &[0, 0, 0, 0x10, 0, 0, 0, 1, 0, 0, 0, 1]].concat();
    let run = [&[0, 0, 0, 16][..], b"trun", &[0, 0, 0, 0, 0, 0x10, 0, 0]].concat();
    let fragment = [&[0, 0, 0, 52][..], b"moof", &[0, 0, 0, 44], b"traf", &defaults, &run].concat();
    let mut intake = intake();
    let error = complaint(&mut intake, &[&mp4[..header], &fragment].concat(), &Declared::unknown());
    assert_eq!(error, AudioError::Damaged { container: "MP4" });
    assert!(intake.state().len() < 100, "{}", intake.state().len());
}

#[test]
fn a_stream_that_never_makes_sense_again_is_given_up_with_an_error() {
    for name in ["chromium.webm", "pages.ogg", "chromium.mp4"] {
        let stream = fixture(name);
        let mut intake = intake();
        intake.push(&stream[..30_000], &Declared::unknown()).unwrap();
        let errors: Vec<_> = (0..1600).filter_map(|_| intake.push(&GARBAGE, &Declared::unknown()).err()).collect();
        assert!(matches!(errors[0], AudioError::Damaged { .. }), "{name}: {}", errors[0]);
        assert!(errors.iter().any(|error| matches!(error, AudioError::Lost { .. })), "{name}");
        assert_eq!(errors.last(), Some(&AudioError::Refused), "{name}");
        assert!(!intake.cut().is_empty(), "{name}: what was collected before is kept");
        intake.push(&stream, &Declared::unknown()).unwrap();
        assert_eq!(packets(&intake.cut()), packets(&whole([&stream[..]])), "{name}");
    }
}

#[test]
fn a_recorder_that_starts_again_begins_a_new_segment() {
    let webm = fixture("chromium.webm");
    let mut intake = intake();
    intake.push(&webm[..20_001], &Declared::unknown()).unwrap();
    intake.push(&webm, &Declared::unknown()).unwrap();
    let segments = intake.cut();
    assert_eq!(segments.len(), 2);
    assert_eq!(packets(&segments[1..]), packets(&whole([&webm[..]])));
    intake.push(&fixture("pages.ogg"), &Declared::unknown()).unwrap();
    intake.push(&fixture("aac.mp4"), &Declared::unknown()).unwrap();
    intake.push(&fixture("sentence.wav"), &Declared::unknown()).unwrap();
    let formats: Vec<_> = intake.cut().iter().map(|segment| segment.format).collect();
    assert_eq!(formats, [Format::OggOpus, Format::AacAdts, Format::Wav]);
}

#[test]
fn the_bytes_decide_what_a_chunk_is() {
    let webm = fixture("chromium.webm");
    for declared in ["audio/wav", "audio/pcm", "audio/opus", "audio/mpeg", "text/plain", ""] {
        let mut intake = intake();
        intake.push(&webm, &Declared::parse(declared)).unwrap();
        assert_eq!(intake.cut()[0].format, Format::OggOpus, "{declared}");
    }
}

#[test]
fn a_container_without_its_beginning_is_refused_by_name() {
    let webm = fixture("chromium.webm");
    let mut intake = intake();
    let error = complaint(&mut intake, &webm[5000..9000], &Declared::parse("audio/webm;codecs=opus"));
    assert!(error.to_string().contains("announced as audio/webm but begins with the bytes"), "{error}");
    intake.push(&webm, &Declared::parse("audio/webm;codecs=opus")).unwrap();
    assert_eq!(intake.cut().len(), 1);
}

#[test]
fn a_type_that_nobody_reads_is_refused_by_name() {
    let error = complaint(&mut intake(), &[7; 100], &Declared::parse("audio/amr"));
    assert!(error.to_string().contains("uses audio/amr, which is not supported"), "{error}");
}

#[test]
fn what_is_no_audio_is_called_by_its_name() {
    let mp3 = [&[0xff, 0xfb, 0x90, 0x00][..], &[7; 413], &[0xff, 0xfb, 0x90, 0x00], &[7; 413]].concat();
    let cases: [(&[u8], &str); 6] = [
        (b"{\"error\":\"no microphone was found\"}", "text"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01", "a JPEG picture"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a PNG picture"),
        (b"ID3\x04\0\0\0\0\0\0TSSE\0\0\0\0", "an MP3 file"),
        (b"fLaC\0\0\0\x22\x10\0\x10\0\0\0\0\0", "a FLAC file"),
        (&mp3, "an MP3 file"),
    ];
    for (bytes, name) in cases {
        for declared in ["", "audio/webm", "audio/pcm"] {
            let mut intake = intake();
            let error = complaint(&mut intake, bytes, &Declared::parse(declared));
            assert_eq!(error, AudioError::NotAudio { found: name.to_owned() });
            intake.push(&[3; 640], &Declared::pcm(16_000, 1)).unwrap();
            assert_eq!(intake.pending_ms(), 20, "{name}");
        }
    }
}

#[test]
fn the_rest_of_a_refused_file_is_not_taken_for_samples() {
    let mut intake = intake();
    complaint(&mut intake, b"fLaC\0\0\0\x22\x10\0\x10\0\0\0\0\0", &Declared::unknown());
    assert_eq!(complaint(&mut intake, &[7; 5000], &Declared::unknown()), AudioError::Refused);
    intake.push(&[7; 5000], &Declared::pcm(16_000, 1)).unwrap();
    assert_eq!(intake.cut().len(), 1);
}

#[test]
fn text_between_the_chunks_of_a_recording_is_left_out() {
    let webm = fixture("chromium.webm");
    let mut intake = intake();
    intake.push(&webm[..10_000], &Declared::unknown()).unwrap();
    let error = complaint(&mut intake, b"undefined is not a function", &Declared::unknown());
    assert_eq!(error, AudioError::NotAudio { found: "text".to_owned() });
    intake.push(&webm[10_000..], &Declared::unknown()).unwrap();
    assert_eq!(packets(&intake.cut()), packets(&whole([&webm[..]])));
}

#[test]
fn other_codecs_are_refused_by_name_until_a_good_recording_comes() {
    let mut vorbis = fixture("chromium.webm");
    let codec = vorbis.windows(6).position(|window| window == b"A_OPUS").unwrap();
    vorbis[codec..codec + 6].copy_from_slice(b"A_FLAC");
    let mut aac_main = fixture("aac.mp4");
    let config = aac_main.windows(3).position(|window| window == [5, 0x11, 0x88]).unwrap();
    aac_main[config + 1] = 0x09;
    for (bytes, what) in [(vorbis, "the codec FLAC"), (aac_main, "AAC of object type 1")] {
        let mut intake = intake();
        let error = complaint(&mut intake, &bytes[..5000], &Declared::unknown());
        assert!(error.to_string().contains(what), "{error}");
        assert_eq!(complaint(&mut intake, &bytes[5000..6000], &Declared::unknown()), AudioError::Refused);
        intake.push(&fixture("chromium.webm"), &Declared::unknown()).unwrap();
        assert_eq!(intake.cut().len(), 1);
    }
}

#[test]
fn an_mp4_that_is_not_fragmented_is_refused() {
    let mut mp4 = fixture("aac.mp4");
    let fragments = mp4.windows(4).position(|window| window == b"mvex").unwrap();
    mp4[fragments..fragments + 4].copy_from_slice(b"free");
    assert_eq!(complaint(&mut intake(), &mp4, &Declared::unknown()), AudioError::NotFragmented);
    let media_first = [&mp4[..28], b"\0\0\x10\0mdat", &[9; 50]].concat();
    assert_eq!(complaint(&mut intake(), &media_first, &Declared::unknown()), AudioError::NotFragmented);
}

#[test]
fn an_empty_sample_does_not_hold_up_the_stream() {
    let good = fixture("chromium.mp4");
    let mut mp4 = good.clone();
    let run = mp4.windows(4).position(|window| window == b"trun").unwrap();
    let last_of_six = run + 4 + 12 + 5 * 8 + 4;
    assert_eq!(mp4[last_of_six..last_of_six + 4], [0, 0, 1, 0xe2]);
    mp4[last_of_six..last_of_six + 4].fill(0);
    let mut intake = intake();
    complaint(&mut intake, &mp4, &Declared::unknown());
    let mut expected = packets(&whole([&good[..]]));
    expected.remove(5);
    assert!(packets(&intake.cut()) == expected);
}

#[test]
fn laced_blocks_are_refused() {
    let mut webm = fixture("chromium.webm");
    let cluster = webm.windows(4).position(|window| window == [0x1f, 0x43, 0xb6, 0x75]).unwrap();
    let block = cluster + webm[cluster..].windows(4).position(|window| window == [0x81, 0, 0, 0x80]).unwrap();
    webm[block + 3] = 0x86;
    let error = complaint(&mut intake(), &webm, &Declared::unknown());
    assert!(error.to_string().contains("laced"), "{error}");
}

#[test]
fn a_wav_header_that_lies_about_its_length_is_not_believed() {
    let wav = fixture("sentence.wav");
    let data = wav.windows(4).position(|window| window == b"data").unwrap() + 8;
    for size in [0, 10_000, 0x7fff_ffff, u32::MAX] {
        let mut lying = wav.clone();
        lying[data - 4..data].copy_from_slice(&u32::to_le_bytes(size));
        assert!(packets(&whole(lying.chunks(777)))[0] == wav[data..], "{size}");
    }
    let trailed = [&wav[..], b"LIST\x1a\0\0\0INFOISFT\x0e\0\0\0Lavf59.27.100\0"].concat();
    assert!(packets(&whole([&trailed[..]]))[0] == wav[data..]);
}

#[test]
fn floating_samples_keep_their_bytes_and_are_heard() {
    let samples: Vec<f32> = (0..1600).map(|n| (n as f32 / 7.0).sin() * 0.5).collect();
    let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let mut wav = audio::wav::encode(&[], 16_000);
    wav[20] = 3;
    wav[32] = 4;
    wav[34] = 32;
    wav.extend_from_slice(&data);
    let segments = whole(wav.chunks(33));
    assert_eq!(packets(&segments), [data]);
    let heard = decode([segments[0].bytes()]).unwrap();
    assert_eq!(heard.len(), samples.len());
    let furthest = heard.iter().zip(&samples).map(|(heard, sample)| (f32::from(*heard) - sample * 32_768.0).abs());
    assert!(furthest.fold(0.0, f32::max) < 1.0);
}

#[test]
fn packets_without_a_container_are_taken_one_by_one() {
    let packets_of_webm = packets(&whole([&fixture("chromium.webm")[..]]));
    let mut intake = intake();
    for packet in &packets_of_webm {
        intake.push(packet, &Declared::opus_packets(1)).unwrap();
    }
    let error = complaint(&mut intake, &[0xfb, 0xff, 1, 2], &Declared::opus_packets(1));
    assert_eq!(error, AudioError::BadPacket { codec: "Opus" });
    assert_eq!(packets(&intake.cut()), packets_of_webm);
}

#[test]
fn two_channels_are_heard_as_one() {
    let stereo: Vec<u8> = [1000_i16, 3000].iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let mut intake = intake();
    for chunk in stereo.repeat(16_000).chunks(1001) {
        intake.push(chunk, &Declared::parse("audio/pcm;rate=32000;channels=2")).unwrap();
    }
    let segments = intake.cut();
    assert_eq!(segments[0].duration_ms, 500);
    let heard = decode([segments[0].bytes()]).unwrap();
    assert_eq!(heard.len(), 8000);
    assert!(heard[100..7900].iter().all(|sample| sample.abs_diff(2000) < 2));
}

#[test]
fn a_client_may_turn_from_a_container_to_samples() {
    let mut intake = intake();
    intake.push(&fixture("chromium.webm")[..30_000], &Declared::parse("audio/webm")).unwrap();
    intake.push(&[5; 3200], &Declared::pcm(16_000, 1)).unwrap();
    intake.push(&[5; 4800], &Declared::pcm(24_000, 1)).unwrap();
    let durations: Vec<_> = intake.cut().iter().map(|segment| segment.duration_ms).collect();
    assert_eq!(durations[1..], [100, 100]);
}

#[test]
fn rates_and_channels_that_cannot_be_are_refused() {
    for declared in [
        Declared::pcm(0, 1),
        Declared::pcm(16_000, 0),
        Declared::pcm(16_000, 3),
        Declared::pcm(384_000, 1),
        Declared::pcm(u32::MAX, 1),
        Declared::opus_packets(0),
        Declared::opus_packets(6),
    ] {
        let error = complaint(&mut intake(), &[5; 100], &declared);
        assert!(matches!(error, AudioError::Unsupported { .. }), "{error}");
    }
}

#[test]
fn what_waits_is_bounded_in_streams() {
    let wav = |rate: u32| {
        let mut file = b"RIFF\x26\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
        file.extend([rate, 2 * rate].iter().flat_map(|number| number.to_le_bytes()));
        file.extend(b"\x02\0\x10\0data\x02\0\0\0\x07\0");
        file
    };
    let one_after_another: Vec<u8> = (0..5_000).flat_map(|number| wav(16_000 + number % 2)).collect();
    let mut intake = intake();
    assert_eq!(complaint(&mut intake, &one_after_another, &Declared::unknown()), AudioError::Overflow);
    let segments = intake.cut();
    assert!((2..=33).contains(&segments.len()), "{}", segments.len());
    for number in 0..100 {
        intake.push(&wav(16_000 + number % 2), &Declared::unknown()).unwrap();
    }
    assert_eq!(intake.cut().len(), 100);
}

#[test]
fn what_comes_after_raw_audio_and_has_no_header_is_not_taken_for_samples() {
    for (declared, found) in [("audio/webm;codecs=opus", "begins with"), ("audio/flac", "not supported")] {
        for raw in [Declared::pcm(16_000, 1), Declared::unknown(), Declared::opus_packets(1)] {
            let mut intake = intake();
            intake.push(&[0xfb, 0x03, 7, 9].repeat(100), &raw).unwrap();
            intake.cut();
            let error = complaint(&mut intake, &fixture("chromium.webm")[5_000..6_000], &Declared::parse(declared));
            assert!(error.to_string().contains(found), "{error}");
            assert_eq!(intake.cut().len(), 0);
            intake.push(&fixture("chromium.webm"), &Declared::parse("audio/webm")).unwrap();
        }
    }
}

#[test]
fn a_few_stray_bytes_do_not_hide_the_recording_that_follows() {
    for name in ["chromium.webm", "pages.ogg", "aac.mp4", "sentence.wav"] {
        let mut intake = intake();
        intake.push(&[0, 1, 2], &Declared::unknown()).unwrap();
        intake.push(&fixture(name), &Declared::unknown()).unwrap();
        let mut alone = self::intake();
        alone.push(&fixture(name), &Declared::unknown()).unwrap();
        assert_eq!(intake.cut(), alone.cut(), "{name}");
    }
}

#[test]
fn a_recording_that_lost_what_names_its_tracks_says_so() {
    let mut recording = fixture("chromium.webm");
    let tracks = recording.windows(4).position(|window| window == [0x16, 0x54, 0xae, 0x6b]).unwrap();
    recording[tracks + 1] ^= 1;
    let mut intake = intake();
    let errors: Vec<_> =
        recording.chunks(1_000).filter_map(|chunk| intake.push(chunk, &Declared::unknown()).err()).collect();
    assert!(errors.contains(&AudioError::Lost { container: "WebM" }), "{errors:?}");
    assert!(errors.contains(&AudioError::Refused), "{errors:?}");
}

#[test]
fn what_waits_is_bounded_in_bytes_and_in_time() {
    let limits = Limits { pending_bytes: 10_000, pending_ms: 2000, ..Limits::default() };
    let mut intake = Intake::new(limits);
    let error = complaint(&mut intake, &fixture("chromium.webm"), &Declared::unknown());
    assert_eq!(error, AudioError::Overflow);
    let held: usize = intake.cut().iter().map(|segment| segment.size()).sum();
    assert!((5000..11_000).contains(&held), "{held}");
    let mut intake = Intake::new(limits);
    for _ in 0..34 {
        intake.push(&[0xfb, 0x03, 0, 0], &Declared::opus_packets(1)).unwrap();
    }
    assert_eq!(complaint(&mut intake, &[0xfb, 0x03, 0, 0], &Declared::opus_packets(1)), AudioError::Overflow);
}

#[test]
fn an_element_over_the_limit_is_left_out() {
    let mut intake = Intake::new(Limits { element: 500, ..Limits::default() });
    let error = complaint(&mut intake, &fixture("chromium.webm"), &Declared::unknown());
    assert!(matches!(error, AudioError::TooLarge { limit: 500, .. }), "{error}");
    assert!(!intake.cut().is_empty());
}

#[test]
fn a_state_that_nobody_wrote_is_refused() {
    assert_eq!(Intake::restore(&[9; 40], Limits::default()).err(), Some(AudioError::BadState));
}

#[test]
fn a_file_of_somebody_else_is_not_decoded() {
    let error = decode([b"hello, this is not a segment"]).unwrap_err();
    assert_eq!(error, AudioError::UnknownFile { found: "text".to_owned() });
}

#[test]
fn a_chunk_without_a_whole_sample_leaves_no_trace_in_the_next_stream() {
    const PACKET: [u8; 7] = [169, 167, 96, 8, 76, 2, 210];
    for chunk in [&[][..], &[1]] {
        let mut intake = intake();
        intake.push(&[1; 200], &Declared::pcm(16_000, 1)).unwrap();
        intake.cut();
        intake.push(chunk, &Declared::pcm(16_000, 1)).unwrap();
        intake.push(&PACKET, &Declared::opus_packets(1)).unwrap();
        assert_eq!(packets(&intake.cut()), [PACKET]);
    }
}
