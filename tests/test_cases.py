"""The replay of cases, and that it can fail."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.case_arguments import argument_rows
from tests.cases import main, replay
from udfs import registry

ROOT = Path(__file__).parents[1]
CASES = ROOT / "tests" / "data" / "cases.json"
#: Parameters of each function as the domain reference lists them (section 13), typed by hand.
SECTION_13 = {
    "AGE_DAYS": "asof ref",
    "AGE_BUCKET": "days basis edges",
    "AGE_YEAR_BUCKET": "asof ref mode max_years",
    "OPEN_AS_OF": "amount doc_date receipts asof",
    "AGING": "items asof basis edges credit_mode unallocated",
    "AGING_FIFO_BALANCE": "balance debits_newest_first",
    "DSO_SIMPLE": "ar sales days",
    "DSO_COUNTBACK": "ar periods_newest_first",
    "DSO_BEST_POSSIBLE": "current_ar sales days",
    "ADD_DAYS": "ar current_ar sales days",
    "ADD_WEIGHTED": "open_items",
    "CEI": "begin_ar credit_sales end_total_ar end_current_ar n",
    "RATE": "part base",
    "PROGRESS_GAP": "plan actual elapsed total",
    "TURNOVER": "sales ar_begin ar_end year_days",
    "CASH_RELEASE": "annual_sales dso_from dso_to year_days",
    "ROLL_RATES": "prev cur",
    "MIGRATION_MATRIX": "moves states",
    "HHI": "balances",
    "TOPN_SHARE": "balances n",
    "COLLECT_QUANTILE": "items confidence",
    "PERCENTILE_INC": "xs k",
    "EXPECTED_COLLECTIONS": "buckets rates",
    "PROVISION_MATRIX": "balances rates",
    "FLOW_LOSS_RATES": "remaining",
    "MIGRATION_RATES": "prev cur writeoff_from recovered_last cap",
    "MIGRATION_PROVISION": "years balances last_loss forward",
    "FORWARD_FACTOR": "scenarios",
    "PROVISION_ROLL": "opening charge reversal writeoff recovery_of_writeoff",
    "DAYCOUNT": "d1 d2 basis",
    "OVERDUE_DAYS": "due paid grace grace_mode holiday_roll",
    "INTEREST_DAILY": "principal daily_rate days cap_ratio",
    "INTEREST_ANNUAL": "principal annual_rate d1 d2 basis",
    "INTEREST_COMPOUND": "principal annual_rate months",
    "LPR_1Y": "date",
    "INTEREST_LPR": "principal due paid multiplier mode year_days",
    "INTEREST_PARTIAL": "principal due payments daily_rate order asof",
    "SME_RATE": "agreed_annual lpr_at_signing year_days",
    "PENALTY_CHECK": "contract_annual loss_annual lpr_annual",
    "JUDGMENT_DOUBLE": "unpaid_excl_interest days",
    "UK_LATE": "amount base_rate days round_daily",
    "LIMITATION": "due events asof years holiday_roll",
    "LIMITATION_INSTALMENTS": "dues same_debt years",
    "DEADLINE_MONTHS": "start months holiday_roll",
    "ACCELERATION_634": "total_price instalments overdue_unpaid demanded",
    "RATIOS": "s",
    "EFFICACY_SCORE": "actual weight standards higher_better",
    "SCORECARD": "parts min_coverage missing",
    "PDO_SCORE": "odds base_score base_odds pdo",
    "WOE_IV": "groups adj",
    "ALTMAN": "model wc re ebit equity tl sales ta",
    "ALTMAN_ZONE": "model z",
    "PAYMENT_SCORE": "payments min_count",
    "CREDIT_GRADE": "score",
    "LIMIT_BASE": "grade bases coefs clamp unit",
    "LIMIT_NEED": "annual_sales vat terms avg_delay year_days",
    "LIMIT_CAPACITY": "candidates",
    "LIMIT_FINAL": "need capacity base_limit stops insured",
    "CREDIT_AVAILABLE": "limit open_ar unbilled immature_bills deposits",
    "ALLOCATE": "total weights unit",
    "ALLOCATE_CAPPED": "total weights caps unit",
    "REFORECAST": "plan actual_ytd elapsed caps",
    "IS_WORKDAY_CN": "date",
    "WORKDAYS_CN": "d1 d2",
    "NETWORKDAYS_PLAIN": "d1 d2",
    "WORKDAY_ADD_CN": "date n",
    "ROLL_DATE": "date rule",
    "COUNT_DAYS": "d1 d2",
    "COUNT_WEEKDAYS": "d1 d2 weekdays",
    "CHECK_PHASES": "plan_start plan_end phases",
    "ALLOCATE_PHASES": "total phases by",
    "FUNNEL": "cash_target cash_per_unit sub_to_sale visits_per_sub days rounding",
    "DUE_DATE": "base rule n day holiday_roll",
    "SCHEDULE": "total nodes",
    "CHECK_PCT": "pcts",
    "RETENTION": "settlement rate acceptance months cap owner_delay_report",
    "MORTGAGE_SPLIT": "price min_down unit",
    "APPLY_FIFO": "receipt invoices",
    "APPLY_REF": "receipt remark invoices",
    "MATCH_AMOUNT": "receipt invoices tol",
    "MATCH_SUBSET": "receipt amounts tol max_size",
    "APPLY_PROPORTIONAL": "receipt opens",
    "APPLY_LEGAL_560": "receipt debts asof designated",
    "APPLY_561": "receipt cost interest principal",
    "SETTLE_TOLERANCE": "open_amt receipt tol_abs tol_pct",
    "EARLY_DISCOUNT": "invoice inv_date pay_date paid pct disc_days",
    "DISCOUNT_COST": "pct disc_days net_days year_days",
    "FX_SETTLE": "fc_paid rate_booked rate_paid",
    "FX_REVALUE": "fc_open rate_carry rate_close",
    "OPEN_AFTER": "amount movements",
    "DUN_LEVEL": "days_overdue thresholds",
    "DUN_METHOD": "days_overdue thresholds",
    "DUN_NEXT": "days_overdue last_level days_since_last min_interval thresholds",
    "PRE_DUE_REMINDER": "due asof lead_days",
    "NEVER_DUN": (
        "open_amt min_amt disputed hold_until asof"
        " promise_pending credits bank_data_age max_bank_age excluded"
    ),
    "PROMISE_STATUS": "amount made promised payments asof tol_pct grace",
    "PRIORITY": "overdue days risk broken limitation_left ref_amount w",
    "CONTACT_OK": "datetime_ mode",
    "STATEMENT": "opening lines",
    "WARN_GAP": "actual target higher_better steps",
    "WARN_SPEED": "actual_cum plan_cum steps",
    "BONUS": "target collected base_rate over_rate floor",
    "AGED_COMMISSION": "items rate coefs",
    "PENALTY": "target collected rate cap",
    "SETTLEMENT_ROW": "contract due_to_date received",
    "ROLL_FORWARD": "opening billed received credit_notes writeoff fx closing",
    "ROUND_MONEY": "x",
    "SME_TERM_CHECK": "buyer start agreed_due",
    "WARN_COMBINE": "levels rising_months",
    "CUSTOMER_CLASS": "invoices on_time_rate max_days_late",
}


def case(function: str, expected: object, **given: object) -> dict[str, object]:
    return {"id": "T1", "function": function, "input": given, "expected": expected}


def test_every_case_passes():
    done = replay(json.loads(CASES.read_text(encoding="utf-8")))
    assert (done.passed, done.failures, done.not_built) == (382, [], [])


def test_the_section_lists_every_function_of_the_file_once():
    cases = json.loads(CASES.read_text(encoding="utf-8"))
    assert {case["function"] for case in cases} == {*SECTION_13}
    assert len(SECTION_13) == 110


@pytest.mark.parametrize(("function", "names"), SECTION_13.items())
def test_the_order_of_the_arguments_is_that_of_the_domain_reference(function, names):
    rows = argument_rows()
    mapped = [
        (rows.get((function, name)) or rows.get(("*", name)) or {"parameter": name})["parameter"]
        for name in names.split()
    ]
    own = [parameter.name for parameter in registry.declaration(function).parameters]
    assert own[: len(mapped)] == mapped


@pytest.mark.parametrize(
    "wrong",
    [
        case("AGE_DAYS", 30, asof="2025-07-31", ref="2025-06-30"),
        case("AGE_DAYS", "#N/A", asof="2025-07-31", ref="2025-06-30"),
        case("AGE_DAYS", 0, asof="2025-07-31", ref=""),
        case("AGE_BUCKET", "1-30 天", days=5),
        case("ALLOCATE", [33.33, 33.34, 33.33], total=100, weights=[1, 1, 1]),
        case("ALLOCATE", [50, 50], total=100, weights=[1, 1, 0]),
        case("ALLOCATE", [50.0], total=100, weights=[1, 1]),
        case("ALLOCATE", "#N/A", total=100, weights=[0, 0]),
        case("RATE", 0.840002, part=4200, base=5000),
        case("ROUND_MONEY", 1.005, x=1.005),
        case("IS_WORKDAY_CN", expected=False, date="2025-09-28"),
        case("IS_WORKDAY_CN", 1, date="2025-09-28"),
        case("WORKDAY_ADD_CN", "2025-10-13", date="2025-09-30", n=5),
        case("WORKDAY_ADD_CN", 45944, date="2025-09-30", n=5),
        case("DUN_NEXT", {"level": 2}, days_overdue=45, last_level=0, days_since_last=None),
        case("LIMITATION", {"ignored": [["2024-05-20", "letter", "no evidence"]]},
             due="2022-11-30", events=[], asof="2025-06-01"),
        case("LIMITATION", {"no such field": 1}, due="2022-11-30", events=[], asof="2025-06-01"),
        case("AGING", {"未到期": 0.0}, items=[], asof="2025-06-30"),
        case("AGE_DAYS", 31, asof="2025-07-31", reference_day="2025-06-30"),
        case("LIMITATION_INSTALMENTS", "2027-03-31", dues=["2023-03-31", "2024-03-31"],
             same_debt=False),
        case("APPLY_FIFO", {"alloc": {}}, receipt=5, invoices=[
             {"id": "A", "due": "2025-06-01", "open": 5}]),
        case("APPLY_FIFO", {"alloc": {"A": 5, "C": 0}}, receipt=5, invoices=[
             {"id": "A", "due": "2025-06-01", "open": 5}]),
        case("APPLY_FIFO", {"open": {"A": 0.01}}, receipt=5, invoices=[
             {"id": "A", "due": "2025-06-01", "open": 5}]),
        case("MATCH_SUBSET", {"indices": [2, 3]}, receipt=9, amounts=[4, 3, 6]),
        case("RATIOS", {"流动比率": 2.5}, s=[{"ca": 5, "cl": 2}]),
        case("MIGRATION_MATRIX", {"x": [0.25, 0.75]}, states=["x", "y"],
             moves=[["x", "y", 3], ["x", "x", 1]]),
        case("MIGRATION_MATRIX", {"x": [0.75, 0.25], "y": ["#N/A", "#N/A"]}, states=["x", "y"],
             moves=[["x", "y", 3], ["x", "x", 1]]),
        case("MIGRATION_PROVISION", {"total": 130.0}, years=[[100, 50]], balances=[100, 100]),
        case("MIGRATION_PROVISION", {"total": 130.0}, balances=[100, 100],
             years=[{"prev": [100, 10], "cur": [50]}]),
        case("SME_TERM_CHECK", {"legal_cap": "2025-08-09"}, buyer="其他", start="2025-06-10"),
    ],
    ids=lambda wrong: f"{wrong['function']} {wrong['expected']}",
)  # fmt: skip
def test_a_wrong_case_fails(wrong):
    done = replay([wrong])
    assert (done.passed, len(done.failures), done.not_built) == (0, 1, [])
    assert done.failures[0].startswith(f"T1 {wrong['function']} ")


@pytest.mark.parametrize(
    "right",
    [
        case("AGE_BUCKET", "46-60天", days=60, edges=[45, 60]),
        case("AGE_BUCKET", "61天以上", days=62, edges=[10, 61], basis="invoice"),
        case("AGE_YEAR_BUCKET", "3-4年", ref="2022-12-31", asof="2026-12-30", max_years=5),
        case("OVERDUE_DAYS", 1, holiday_roll="following", paid="2025-10-10", due="2025-10-01"),
        case("OPEN_AS_OF", 69.99, asof="2025-06-30", receipts=[["2025-06-30", 30.01]],
             doc_date="2025-06-30", amount=100),
        case("AGING", {"未到期": 0, "1-15天": 0, "16-45天": 90.5, "45天以上": 0, "贷方/未核销": 0,
                       "合计": 90.5},
             edges=[15, 45], asof="2025-06-30", items=[
                 {"receipts": [["2025-06-29", 9.5], ["2025-07-01", 90.5]], "amount": 100,
                  "due": "2025-06-14", "doc": "2025-05-01", "id": "Z9"}]),
        case("PRE_DUE_REMINDER", {"remind": True, "days_to_due": 3}, due="2025-07-01",
             asof="2025-06-28", lead_days=[10, 3]),
        case("WARN_GAP", "黄", actual=0.84, target=0.95, steps=[0.15, 0.3]),
        case("PRIORITY", 0.0, overdue=0, days=0, risk=0, broken=0, limitation_left=400,
             w=[50, 20, 10, 10, 10], ref_amount=100),
        case("DUN_METHOD", "书面催款函", days_overdue=12, thresholds=[5, 10, 20]),
        case("NEVER_DUN", "可催", open_amt=50, min_amt=50, max_bank_age=5, bank_data_age=5),
        case("PROMISE_STATUS", "已兑现", amount=100, made="2025-06-01", promised="2025-06-10",
             payments=[["2025-06-15", 80]], asof="2025-06-20", grace=5, tol_pct=0.2),
        case("COUNT_WEEKDAYS", 2, d1="2025-06-28", d2="2025-07-06", weekdays=[7]),
        case("NETWORKDAYS_PLAIN", -17, d1="2025-10-31", d2="2025-10-01"),
        case("WARN_COMBINE", "红", levels=["红", "#N/A", ""], rising_months=5),
        case("AGE_DAYS", "#REF!", asof="#REF!", ref="#N/A"),
        case("APPLY_FIFO", {"alloc": {"A": 5}, "open": {"A": 0, "B": 7}, "on_account": 0},
             receipt=5, invoices=[{"open": 7, "id": "B", "due": "2025-06-02"},
                                  {"due": "2025-06-01", "id": "A", "open": 5}]),
        case("APPLY_FIFO", {"alloc": {"A": 5, "B": 0}}, receipt=5, invoices=[
             {"id": "A", "due": "2025-06-01", "open": 5}, {"id": "B", "due": None, "open": 7}]),
        case("MATCH_SUBSET", {"indices": [1, 2], "solutions": 1}, receipt=9, amounts=[4, 3, 6]),
        case("RATIOS", {"流动比率": 2.5}, s={"ca": 5, "cl": 2}),
        case("SCHEDULE", [["a", 60], ["b-1", 10], ["b-2", 30]], total=100,
             nodes=[["a", 0.6, None], ["b", 0.4, [1, 3]]]),
        case("MIGRATION_MATRIX", {"x": [0.25, 0.75], "y": ["#N/A", "#N/A"]}, states=["x", "y"],
             moves=[["x", "y", 3], ["x", "x", 1]]),
        case("MIGRATION_PROVISION", {"average": [0.3],
                                     "hist_loss": [0.3, 1.0], "total": 130.0},
             years=[{"prev": [100, 10], "cur": [50, 25], "recovered_last": 5},
                    {"prev": [50, 25], "cur": [50, 45]}],
             balances=[100, 100]),
        case("SME_TERM_CHECK", {"legal_cap": None}, buyer="其他", start="2025-06-10",
             agreed_due="2025-09-08"),
        case("CONTACT_OK", expected=False, datetime_="2025-10-13T22:01", mode="consumer"),
    ],
    ids=lambda right: f"{right['function']} {right['expected']}",
)  # fmt: skip
def test_other_inputs_than_those_of_the_file_replay_too(right):
    assert replay([right]).failures == []


def item(amount, receipts=None, due="2025-06-15", **other):
    return {"doc": "2025-06-01", "due": due, "amount": amount, "receipts": receipts, **other}


def aged(items, young, old=0.0, **other):
    """Give a case of 1-30 and over 90 days overdue on 2025-06-30."""
    expected = {
        "未到期": 0.0, "1-30天": young, "31-60天": 0.0, "61-90天": 0.0, "90天以上": old,
        "贷方/未核销": 0.0, "合计": young + old,
    }  # fmt: skip
    return case("AGING", expected, items=items, asof="2025-06-30", **other)


JUNE_20, MARCH = "2025-06-20", "2025-03-15"
TWICE = [item(100, [[JUNE_20, 40]], id="a"), item(100, [[JUNE_20, 10]], MARCH, id="a")]


@pytest.mark.parametrize(
    "right",
    [
        aged(TWICE, 60.0, 90.0),
        aged([item(100, [[JUNE_20, 40]]), item(100, [[JUNE_20, 10]], MARCH)], 60.0, 90.0),
        aged([item(100, [[JUNE_20, 40]], id=""), item(9, id=None)], 69.0),
        aged([item(100, [[JUNE_20, 40]], id=1), item(9, [[JUNE_20, 9]], id=1.0)], 60.0),
        aged([item(100, [[JUNE_20, 40]], id="#1"), item(9, [[JUNE_20, 9]])], 60.0),
        aged([item(100, [{"date": JUNE_20, "amount": 40, "id": "R7"}], id="a")], 60.0),
        aged([item(100, {"receipt_date": JUNE_20, "amount": 40}, id="a")], 60.0),
        aged([{"document": "a", "due_date": "2025-06-15", "amount": 100}], 100.0),
        aged([["a", None, "2025-06-15", 100]], 100.0, receipts=[["a", MARCH, 0]]),
        aged([item(100, id="a"), item(100, due=MARCH, id="a")], 100.0, 60.0,
             receipts=[["a", JUNE_20, 40]]),
        aged([item(100)], 100.0, unallocated=None, receipts=None),
        aged([item(100, [])], 100.0, unallocated=[], receipts=[]),
        aged(item(100), 100.0),
        aged(None, 0.0),
        case("OPEN_AS_OF", 100.0, amount=100, doc_date="2025-01-01", receipts=None,
             asof="2025-06-30"),
        case("LIMITATION", {"ignored": []}, due="2022-11-30", events=None, asof="2025-06-01"),
        case("AR_AGING", "#N/A", items=[item("#N/A", id="a")], asof="2025-06-30"),
    ],
    ids=lambda right: str(right["input"])[:60],
)  # fmt: skip
def test_shapes_that_say_the_same_replay_alike(right):
    assert replay([right]).failures == []


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (7, "no case"),
        ({"function": "RATE"}, "input is an object"),
        ({"id": "T1", "function": ["RATE"], "input": {}}, "no case"),
        ({"function": "RATE", "input": {"part": 1}}, "nothing is expected"),
        (case("RATE", {"rate": 0.5}, part=1, base=2), "expected fields"),
        (case("AGING", {"合计": "#N/A"}, items=[]), "expected the columns"),
        (case("RATE", 1, part={"a": 1}, base=2), "a cell holds no object"),
        (case("RATE", 1, part=[[1]], base=2), "a cell holds no list"),
        (case("RATE", 1, part=1, base=2, unit=3), "no argument unit"),
        (case("RATE", [[{}]], part=1, base=2), "expected [[{}]]"),
        (case("OPEN_AS_OF", 1, receipts=5), "rows are expected"),
        (case("OPEN_AS_OF", 1, receipts=["2025-06-20", 40]), "a row is a list"),
        (case("OPEN_AS_OF", 1, receipts=[{"when": "2025-06-20", "cash": 4}]), "no receipt_date"),
        (aged([item(1, [5], id="a")], 1.0), "a row is a list"),
        (aged([item(1, 5, id="a")], 1.0), "rows are expected"),
        (aged([item(1, [[JUNE_20, 1]])], 0.0, receipts=[["a", JUNE_20, 1]]), "given twice"),
        (aged([item(1, [[JUNE_20, 1]], id=[1])], 0.0), "a cell holds no list"),
    ],
)
def test_what_no_cell_can_express_fails_with_its_reason(wrong, reason):
    done = replay([wrong])
    assert (done.passed, len(done.failures), done.not_built) == (0, 1, [])
    assert reason in done.failures[0]
    assert "Error:" not in done.failures[0]


NAMES = st.sampled_from(["id", "doc", "due", "amount", "receipts", "date", "x"])
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 60_000), st.floats(allow_nan=False),
    st.sampled_from(["", "a", "2025-06-20", "#N/A", "30/60"]),
)  # fmt: skip
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=12,
)
BUILT_CASES = [known for known in registry.functions(offered=False) if known.case]


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_no_shape_stops_the_replay_or_breaks_it(data):
    declared = data.draw(st.sampled_from(BUILT_CASES))
    names = [parameter.name for parameter in declared.parameters]
    given_input = data.draw(st.dictionaries(st.sampled_from(names), JSON))
    done = replay([case(declared.case, data.draw(JSON), **given_input)])
    assert done.passed + len(done.failures) == 1
    assert not [line for line in done.failures if "Error: " in line]


def test_the_last_line_counts_and_the_exit_code_tells(tmp_path, capsys):
    path = tmp_path / "some.json"
    wrong = case("RATE", 1, part=1, base=2)
    cases = [wrong, case("RATE", 0.5, part=1, base=2), case("NO_SUCH", 1)]
    path.write_text(json.dumps(cases), encoding="utf-8")
    assert main([str(path)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == 'T1 RATE {"part": 1, "base": 2}: expected 1, found 0.5'
    assert lines[1] == "not built: T1 NO_SUCH"
    assert lines[-1] == "1 passed, 1 failed, 1 not built"
    assert main([]) == 2
    assert main([str(tmp_path / "none.json")]) == 2
    path.write_text("{}", encoding="utf-8")
    assert main([str(path)]) == 2
    path.write_text("[", encoding="utf-8")
    assert main([str(path)]) == 2


def test_it_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "tests.cases", str(CASES)],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    assert " 0 failed, " in done.stdout.splitlines()[-1]
