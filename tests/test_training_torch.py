"""Training itself: windows, losses, and a run that goes on where it was cut off. Needs PyTorch."""

from __future__ import annotations

import json
from random import Random

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is for training only: `make model` installs it")

from tokenizers import Tokenizer, models, pre_tokenizers  # noqa: E402

from en_newsbeam_sm.labels import ANCHORS, NAME_TAGS, ROLE_TAGS  # noqa: E402
from en_newsbeam_sm.pieces import BREAK, START, Vocabulary  # noqa: E402
from models.training import learn, network, windows  # noqa: E402
from models.training.losses import Truth, losses, total  # noqa: E402
from models.training.targets import UNSAID, Allowed, Frame, Paragraph, Syntax  # noqa: E402

WORDS = "officials said the road is closed . okello left kenya on monday it rained".split()  # noqa: SIM905
SETTINGS = {
    "seed": 5,
    "threads": 1,
    "optimizer": {
        "encoder_rate": 1e-3, "head_rate": 3e-3, "warm_up": 0.1, "last_rate": 0.02, "decay": 0.01, "clip": 1.0,
        "average": 0.9,
    },
    "loss": {"names": 1.0, "anchors": 1.0, "roles": 1.0, "syntax": 1.0, "vectors": 1.0},
}  # fmt: skip


@pytest.fixture(scope="module")
def vocabulary():
    """A word is a piece; one that is not known is spelt."""
    pieces = {word: 1000 + i for i, word in enumerate(WORDS)}
    letters = {f"{mark}{chr(c)}": 2000 + 2 * c + len(mark) // 2 for c in range(33, 127) for mark in ("", "##")}
    tokenizer = Tokenizer(models.WordPiece({"[UNK]": 100} | letters | pieces, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return Vocabulary(tokenizer.to_str().encode())


def small(dropout=0.0, seed=3):
    """A network of the same form with one layer and few pieces, so that a step takes no time."""
    torch.manual_seed(seed)
    encoder = network.Encoder(dropout)
    encoder.layers, encoder.pieces = encoder.layers[:1], torch.nn.Embedding(2300, network.WIDTH)
    sizes = network.Sizes(len(NAME_TAGS), len(ANCHORS), len(ROLE_TAGS), 3, 3, 3, 4)
    return network.Network(sizes, encoder, dropout)


def roles(*tags):
    return tuple(ROLE_TAGS.index(tag) for tag in tags)


ALLOWED = Allowed()
OUT, PERSON, GPE = (ALLOWED.number([tag]) for tag in ("O", "B-PERSON", "B-GPE"))
ANY = ALLOWED.number(NAME_TAGS)
CLAIM = Paragraph(
    ("officials", "said", "the", "road", "is", "closed", "."),
    names=(OUT,) * 7,
    anchors=(0, 1, 0, 0, 0, 0, 0),
    frames=(
        Frame(1, roles("B-source", "B-cue", "B-content", *["I-content"] * 3, "O"), "the road is closed"),
    ),
)  # fmt: skip
PLAIN = Paragraph(
    ("okello", "left", "kenya", "."),
    names=(PERSON, OUT, GPE, OUT),
    anchors=(0, 0, 0, 0),
    syntax=Syntax((1, 0, 0, 0), (0, 1, 0, 2), (0, 1, 0, 2), (0, 1, 0, 0), (1, 1, 1, 1), (0, 1, 2, 3)),
)
VECTORS = {"the road is closed": 0}


@pytest.fixture(scope="module")
def truth():
    torch.manual_seed(1)
    vectors = torch.nn.functional.normalize(torch.randn(1, network.WIDTH), dim=-1)
    return Truth(torch.tensor(ALLOWED.rows()), vectors)


def cut(vocabulary, *paragraphs, room=192):
    return list(windows.samples(paragraphs, vocabulary, room, VECTORS))


# Windows


def test_paragraphs_share_a_window_while_there_is_room(vocabulary):
    (both,) = cut(vocabulary, CLAIM, PLAIN)
    assert both.breaks == [0, 7, 11]
    assert both.ids[0] == START
    assert [i for i, piece in enumerate(both.ids) if piece == BREAK] == [8, 13]
    assert both.first == [*range(1, 8), *range(9, 13)]
    first, second = cut(vocabulary, CLAIM, PLAIN, room=12)
    assert (first.breaks, second.breaks) == ([0, 7], [0, 4])


def test_targets_of_a_later_paragraph_point_into_the_window(vocabulary):
    (both,) = cut(vocabulary, PLAIN, CLAIM)
    (frame,) = both.frames
    assert (frame.anchor, frame.begin, frame.vector) == (5, 4, 0)
    (turned,) = cut(vocabulary, CLAIM, PLAIN)
    assert [row[4] for row in turned.syntax] == [UNSAID] * 7 + [8, 8, 8, 8]
    assert turned.syntax[0] == (UNSAID,) * 6
    assert turned.names[7:] == [PERSON, OUT, GPE, OUT]


def test_what_a_corpus_does_not_say_is_no_target(vocabulary):
    (sample,) = cut(vocabulary, PLAIN._replace(names=None, anchors=None, syntax=None))
    assert sample.names == sample.anchors == [UNSAID] * 4
    assert set(sample.syntax) == {(UNSAID,) * 6}


def test_of_a_paragraph_longer_than_a_window_the_beginning_is_kept(vocabulary):
    n = 60
    heads = (59, *[0] * 59)
    long = Paragraph(
        ("it",) * n, (OUT,) * n, (0, *[0] * 58, 1),
        (Frame(59, roles(*["O"] * 59, "B-cue"), ""), Frame(0, roles("B-content", *["O"] * 59), "")),
        Syntax(*[(0,) * n] * 4, heads, (0,) * n),
    )  # fmt: skip
    (sample,) = cut(vocabulary, long, room=40)
    assert len(sample.ids) == 40
    count = len(sample.first)
    assert count == 38
    assert len(sample.names) == len(sample.anchors) == len(sample.syntax) == count
    assert [(f.anchor, len(f.roles)) for f in sample.frames] == [(0, count)]
    assert sample.syntax[0][4] == UNSAID  # its head is not there any more


def test_a_batch_says_where_its_rows_end(vocabulary):
    batch = windows.collate([*cut(vocabulary, CLAIM, PLAIN), *cut(vocabulary, PLAIN)])
    assert batch.mask.sum(1).tolist() == [14, 6]
    assert batch.paragraph.tolist() == [[0] * 7 + [1] * 4, [0] * 4 + [-1] * 7]
    assert batch.names[1].tolist() == [PERSON, OUT, GPE, OUT, *[UNSAID] * 7]
    assert batch.syntax[1, 4:].unique().tolist() == [UNSAID]
    assert batch.frames.tolist() == [[0, 1, 0, 7]]
    assert batch.roles.shape == (1, 7)


def test_batches_hold_every_window_once_and_keep_their_size(vocabulary):
    rows = [row for n in range(1, 40) for row in cut(vocabulary, Paragraph(("it",) * n, (OUT,) * n))]
    found = windows.batches(rows, 100, Random(1))
    assert sorted(len(row.first) for batch in found for row in batch) == list(range(1, 40))
    assert all(len(batch) * max(len(row.ids) for row in batch) <= 100 for batch in found)
    assert found == windows.batches(rows, 100, Random(1))
    assert found != windows.batches(rows, 100, Random(2))


# Losses


def test_padding_does_not_change_what_a_window_says(vocabulary, truth):
    net = small().eval()
    (row,) = cut(vocabulary, CLAIM)
    (long,) = cut(vocabulary, PLAIN, CLAIM, PLAIN, CLAIM)
    alone, padded = windows.collate([row]), windows.collate([row, long])
    assert padded.ids.shape[1] > alone.ids.shape[1]
    with torch.no_grad():
        one = net(alone.ids, alone.cases, alone.first, alone.mask)
        two = net(padded.ids, padded.cases, padded.first, padded.mask)
    n = len(row.first)
    for name in network.Answer._fields:
        mine, theirs = getattr(one, name)[0], getattr(two, name)[0]
        theirs = theirs[:n, :n] if name == "arcs" else theirs[:n]
        torch.testing.assert_close(mine, theirs, rtol=1e-4, atol=1e-5, msg=lambda m, name=name: f"{name}: {m}")


def test_padding_does_not_change_the_loss_of_roles(vocabulary, truth):
    net = small().eval()
    (row,) = cut(vocabulary, CLAIM)
    silent = row._replace(names=[UNSAID] * 7, anchors=[UNSAID] * 7, frames=[])
    n = 30
    (long,) = cut(vocabulary, Paragraph(("it",) * n))
    found = []
    for rows in ([row], [row, long], [silent, long, row]):
        batch = windows.collate(rows)
        with torch.no_grad():
            answer = net(batch.ids, batch.cases, batch.first, batch.mask)
            found.append(losses(net, answer, batch, truth))
    for head in ("names", "anchors", "roles", "vectors"):
        values = [float(f[head]) for f in found]
        assert values == pytest.approx([values[0]] * 3, abs=1e-4), head


def test_a_word_that_may_be_anything_costs_nothing(vocabulary, truth):
    net = small().eval()
    batch = windows.collate(cut(vocabulary, Paragraph(("it", "rained"), names=(ANY, ANY))))
    answer = net(batch.ids, batch.cases, batch.first, batch.mask)
    found = losses(net, answer, batch, truth)
    assert set(found) == {"names"}
    assert found["names"].item() == pytest.approx(0, abs=1e-5)
    found["names"].backward()
    assert net.names.weight.grad.abs().max() < 1e-5


def test_a_set_costs_what_its_tags_together_leave_over(vocabulary):
    both = Allowed()
    number = both.number(["O", "B-DATE"])
    net = small().eval()
    batch = windows.collate(cut(vocabulary, Paragraph(("it",), names=(number,))))
    answer = net(batch.ids, batch.cases, batch.first, batch.mask)
    found = losses(net, answer, batch, Truth(torch.tensor(both.rows()), torch.zeros(0, network.WIDTH)))
    chances = answer.names[0, 0].softmax(-1)
    share = chances[NAME_TAGS.index("O")] + chances[NAME_TAGS.index("B-DATE")]
    assert found["names"].item() == pytest.approx(-share.log().item(), abs=1e-5)


def test_heads_without_a_target_are_left_out_and_the_others_weigh_what_the_settings_say(vocabulary, truth):
    net = small().eval()
    batch = windows.collate(cut(vocabulary, PLAIN._replace(names=None, anchors=None)))
    found = losses(net, net(batch.ids, batch.cases, batch.first, batch.mask), batch, truth)
    assert set(found) == {"syntax"}
    assert total(found, {"syntax": 0.5}).item() == pytest.approx(0.5 * found["syntax"].item())


def test_a_head_in_another_paragraph_is_never_counted(vocabulary, truth):
    net = small().eval()
    one = windows.collate(cut(vocabulary, PLAIN))
    (pair,) = cut(vocabulary, PLAIN, PLAIN)
    both = windows.collate([pair])
    assert both.paragraph[0].tolist() == [0] * 4 + [1] * 4
    answer = net(both.ids, both.cases, both.first, both.mask)
    wild = answer._replace(arcs=answer.arcs + 50 * (both.paragraph[:, :, None] != both.paragraph[:, None, :]))
    low = answer._replace(arcs=answer.arcs - 50)  # all alike: only what stands outside would gain by it
    calm, loud, shifted = (losses(net, a, both, truth)["syntax"] for a in (answer, wild, low))
    assert calm.item() == pytest.approx(loud.item(), abs=1e-4)
    assert calm.item() == pytest.approx(shifted.item(), abs=1e-3)
    assert one.syntax.shape[1] == 4


# A run


def plan(rows, truth, folder, steps):
    return learn.Plan(SETTINGS, [rows] * steps, truth, folder)


def test_two_paragraphs_are_learnt_by_heart(vocabulary, truth, tmp_path):
    net = small()
    rows = [*cut(vocabulary, CLAIM), *cut(vocabulary, PLAIN)]
    learn.learn(net, plan(rows, truth, tmp_path, 80))
    net.eval()
    batch = windows.collate(rows)
    with torch.no_grad():
        answer = net(batch.ids, batch.cases, batch.first, batch.mask)
        found = {head: float(loss) for head, loss in losses(net, answer, batch, truth).items()}
    assert set(found) == {"names", "anchors", "roles", "syntax", "vectors"}
    assert {head: loss for head, loss in found.items() if loss > 0.15} == {}
    assert [NAME_TAGS[i] for i in answer.names[1, :4].argmax(-1)] == ["B-PERSON", "O", "B-GPE", "O"]
    assert answer.anchors[0].argmax(-1).tolist() == [0, 1, 0, 0, 0, 0, 0]
    assert answer.arcs[1, :4, :4].argmax(-1).tolist() == [1, 1, 1, 1]


class Cut(Exception):
    """The machine goes down."""


class CutOff(list):
    """Steps that break off where they are told to."""

    def __init__(self, steps, at):
        super().__init__(steps)
        self.at = at

    def __getitem__(self, step):
        if step == self.at:
            raise Cut
        return super().__getitem__(step)


def test_a_run_that_was_cut_off_ends_in_the_same_weights(vocabulary, truth, tmp_path, monkeypatch):
    monkeypatch.setattr(learn, "_SAVED", 4)
    claim, plain = cut(vocabulary, CLAIM), cut(vocabulary, PLAIN)
    steps = [claim if k % 3 else plain for k in range(10)]
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for folder in (whole, broken):
        folder.mkdir()
    net = small(dropout=0.1)
    average = learn.learn(net, learn.Plan(SETTINGS, steps, truth, whole))
    with pytest.raises(Cut):
        learn.learn(small(dropout=0.1), learn.Plan(SETTINGS, CutOff(steps, 6), truth, broken))
    again = small(dropout=0.1, seed=99)  # whatever it starts from
    resumed = learn.learn(again, learn.Plan(SETTINGS, steps, truth, broken))
    for name, value in net.state_dict().items():
        assert torch.equal(value, again.state_dict()[name]), name
        assert torch.equal(average[name], resumed[name]), name


def test_the_same_seed_learns_the_same_and_another_one_does_not(vocabulary, truth, tmp_path):
    def weights(seed, name):
        folder = tmp_path / name
        folder.mkdir()
        net = small(dropout=0.1)
        learn.learn(net, learn.Plan(SETTINGS | {"seed": seed}, [cut(vocabulary, CLAIM)] * 3, truth, folder))
        return net.names.weight.detach()

    first = weights(5, "a")
    assert torch.equal(first, weights(5, "b"))
    assert not torch.equal(first, weights(6, "c"))


def test_a_run_writes_what_it_has_learnt(vocabulary, truth, tmp_path, monkeypatch):
    monkeypatch.setattr(learn, "_EVERY", 5)
    learn.learn(small(), plan(cut(vocabulary, CLAIM, PLAIN), truth, tmp_path, 12))
    rows = [json.loads(line) for line in (tmp_path / learn.LOG).read_text().splitlines()]
    assert [(row["step"], row["of"]) for row in rows] == [(5, 12), (10, 12), (12, 12)]
    assert rows[-1]["loss"]["names"] < rows[0]["loss"]["names"]
    assert rows[-1]["pieces"] == 12 * 14


def test_rates_rise_and_then_fall():
    rates = [learn._rate(step, 100, SETTINGS["optimizer"]) for step in range(100)]
    assert rates[0] < rates[5] < rates[9]
    assert max(rates) in rates[9:11]
    assert rates[20] > rates[60] > rates[99] >= 0.02
