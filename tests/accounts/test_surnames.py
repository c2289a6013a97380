"""Surnames: found in whole names, and compared without accents, case and particles."""

import pytest

from accounts.surnames import surnames


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Ann Ortega", {"ortega"}),
        ("ANN ORTEGA", {"ortega"}),
        ("José Muñoz", {"munoz"}),
        ("Ann de la Cruz", {"cruz"}),
        ("Cruz, Ann de la", {"cruz"}),
        ("Ann Ortega Jr.", {"ortega"}),
        ("Ann Ortega, III", {"ortega"}),
        ("Ann Garcia-Lopez", {"garcia", "lopez"}),
        ("Pat O’Brien", {"obrien"}),
        ("Pat O'Brien", {"obrien"}),
        ("Ortega", {"ortega"}),
        ("Mei Xu", {"xu"}),
        ("J. 7", {"j"} - {"j"}),
        ("", set()),
    ],
)
def test_the_surname_of_a_whole_name(name, found):
    assert surnames(name, whole=True) == found


def test_a_surname_of_two_words_is_both():
    assert surnames("García Lopez") == {"garcia", "lopez"}
    assert surnames("de la Cruz") == {"cruz"}
    assert surnames("van der Berg") == {"berg"}
