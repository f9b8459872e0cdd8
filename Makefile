# make demo · make lab · make test · make test-fast · make bench · make lint: each first sets up what it needs.
#
#   PYTHON=python3.12       the interpreter for .venv; otherwise the first of the candidates below that is new enough
#   EYEPLAN=FOLDER          the case that `make demo` treats; otherwise the sample that ships with the package
#   DATA=DIR                where `make demo` leaves its data
#   PYTEST_ARGS="-k claim"  further arguments for pytest
#   WORKBENCH_SHARED=DIR    real input for the tests; otherwise ../shared where present

.DEFAULT_GOAL := help
.PHONY: help demo lab voila test test-fast bench lint format-check ruff mypy layers notebooks binder-check badges screenshots statement dictionary system clean

CANDIDATES := python3 python3.13 python3.12 python3.11 python3.14
BIN := .venv/bin
PY := $(BIN)/python
PYTEST := $(PY) -m pytest
IS_ROOT := $(filter 0,$(shell id -u))
WORKERS ?= 2

# Regression notebooks are compared with their saved output, the other notebooks must run and their cells' assertions hold.
REGRESSION_NOTEBOOKS := $(wildcard $(addprefix notebooks/,$(addsuffix .ipynb,01_first_treatment 02_session_and_rules 03_eye_to_plan 05_reading_records)))
TUTORIAL_NOTEBOOKS := $(filter-out $(REGRESSION_NOTEBOOKS),$(wildcard notebooks/[0-9]*.ipynb))
NBVAL := $(PYTEST) --nbval-current-env --nbval-cell-timeout 120 --nbval-sanitize-with tests/notebooks.cfg --timeout 300

# Debian's DCMTK leaves Nagle's algorithm on unless told otherwise; small exchanges then wait 40 ms each.
export TCP_NODELAY := 1

help:
	@sed -n '1,8s/^# \{0,1\}//p' $(MAKEFILE_LIST)

# ------------------------------------------------------------------------------------------------------------ environment

# A stamp is newer than what it was made from, so a change of pyproject.toml or constraints.txt installs again; it names the folder, so a
# copied or moved tree does not run the code of another; and it goes when .venv's Python does not run any more. Two makes at once wait for
# each other where flock exists.
comma := ,
# pip copies JupyterLab's extension, also when it installs in place.
EXTENSION := $(wildcard widgets/labextension/*.json widgets/labextension/static/*)
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
LOCK := $(shell command -v flock >/dev/null 2>&1 && echo "flock .venv.lock")
STALE := $(shell { $(PY) -c 'import pip; $(NEW_ENOUGH)' && grep -qxF '$(CURDIR)' .venv/installed-core; } 2>/dev/null || rm -f .venv/installed-*)

define CREATE_VENV
set -e
if $(PY) -c 'import pip; $(NEW_ENOUGH)' 2>/dev/null; then exit 0; fi
found=
for candidate in $(or $(PYTHON),$(CANDIDATES)); do
  if "$$candidate" -c '$(NEW_ENOUGH)' 2>/dev/null; then
    echo "creating .venv with $$("$$candidate" --version)"
    "$$candidate" -m venv --clear .venv && exit 0
    echo "make: $$candidate -m venv failed, expected the venv module with pip; on Debian and Ubuntu: apt-get install python3-venv" >&2
    exit 1
  fi
  found="$$found $$candidate ($$("$$candidate" -c 'import platform; print(platform.python_version())' 2>/dev/null || echo missing))"
done
echo "make: .venv needs Python 3.11 or newer, found$$found; install one, or name it: make PYTHON=/path/to/python3.11" >&2
exit 1
endef

# Looked at again under the lock: another make may have installed meanwhile.
define INSTALL
set -e
stale=
for source in pyproject.toml constraints.txt $(EXTENSION); do [ $$STAMP -nt $$source ] || { stale=1; break; }; done
[ -n "$$stale" ] || exit 0
echo "installing into .venv: ocular-proton-workbench$$EXTRAS (a minute or two, once)"
$(PY) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".$$EXTRAS"
echo '$(CURDIR)' > $$STAMP
endef

export CREATE_VENV INSTALL

.venv/installed-core: pyproject.toml constraints.txt $(EXTENSION)
	@$(LOCK) sh -c "$$CREATE_VENV"
	@EXTRAS= STAMP=$@ $(LOCK) sh -c "$$INSTALL"

# What the course and the dashboards need; the tools of the gates come with the first of them.
.venv/installed-lab: .venv/installed-core
	@EXTRAS='[jupyter$(comma)dask$(comma)voila]' STAMP=$@ $(LOCK) sh -c "$$INSTALL"

.venv/installed-all: .venv/installed-core
	@EXTRAS='[jupyter$(comma)dask$(comma)dev]' STAMP=$@ $(LOCK) sh -c "$$INSTALL"

system:
	@missing=; \
	command -v chromium >/dev/null 2>&1 || missing="$$missing chromium"; \
	command -v storescp >/dev/null 2>&1 || missing="$$missing dcmtk"; \
	command -v dciodvfy >/dev/null 2>&1 || missing="$$missing dicom3tools"; \
	command -v npm >/dev/null 2>&1 || missing="$$missing nodejs npm"; \
	if [ -z "$$missing" ]; then exit 0; fi; \
	if [ -n "$(IS_ROOT)" ] && command -v apt-get >/dev/null 2>&1; then \
	  echo "installing system packages:$$missing"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null && exit 0; \
	fi; \
	echo "system packages missing:$$missing. The tests that need them are skipped (chromium: browser; dcmtk, dicom3tools, nodejs, npm: interop)."; \
	echo "To run them: sudo apt-get install$$missing"

clean:
	rm -rf .venv .venv.lock build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage .coverage.*

# ------------------------------------------------------------------------------------------------------------------- use

demo: .venv/installed-core
	@$(BIN)/workbench demo $(if $(EYEPLAN),--eyeplan "$(EYEPLAN)") $(if $(DATA),--data "$(DATA)")

lab: .venv/installed-lab
	@$(PY) -m jupyterlab $(if $(IS_ROOT),--allow-root) $(LAB_ARGS) --notebook-dir=notebooks

# The dashboards as web pages, without a notebook around them; WORKBENCH_DATA=DIR for a data folder of one's own.
# A page that was left keeps its kernel, and with it its provider's port, until ten minutes without anybody have passed.
voila: .venv/installed-lab
	@$(PY) -m voila notebooks/dashboards --classic-tree \
	  --VoilaConfiguration.extension_allowlist="['@jupyter-widgets/jupyterlab-manager', '@voila-dashboards/widgets-manager8', 'anywidget']" \
	  --MappingKernelManager.cull_idle_timeout=600 --MappingKernelManager.cull_interval=60 $(VOILA_ARGS)

# The rendering that is kept, and compared in the tests; to be made again after a change of rows or services.
statement: .venv/installed-core
	@$(BIN)/workbench statement --format md > docs/conformance-statement.md
	@$(BIN)/workbench statement --format csv > docs/conformance-statement.csv

# Names and VRs for the viewer of DICOM files, likewise kept and compared; after a change of pydicom or of the private block.
dictionary: .venv/installed-core
	@$(PY) widgets/labextension/make_dictionary.py > widgets/labextension/static/dictionary.json

# ----------------------------------------------------------------------------------------------------------------- gates

lint: format-check ruff mypy layers

format-check: .venv/installed-all
	@$(PY) -m ruff format --check .

ruff: .venv/installed-all
	@$(PY) -m ruff check .

mypy: .venv/installed-all
	@$(PY) -m mypy

layers: .venv/installed-all
	@$(BIN)/lint-imports --no-logo

test-fast: .venv/installed-all
	@$(PYTEST) -n $(WORKERS) --dist loadfile -m "not interop and not browser and not notebooks and not slow" $(PYTEST_ARGS)

test: system lint
	@$(PYTEST) -n $(WORKERS) --dist loadfile --cov --cov-report=term $(PYTEST_ARGS)
	@$(MAKE) --no-print-directory notebooks

notebooks: .venv/installed-all
	@if [ -n "$(REGRESSION_NOTEBOOKS)" ]; then $(NBVAL) --nbval $(REGRESSION_NOTEBOOKS); fi
	@if [ -n "$(TUTORIAL_NOTEBOOKS)" ]; then $(NBVAL) --nbval-lax $(TUTORIAL_NOTEBOOKS); fi

# mybinder.org without Docker: its frozen base versions, the steps of its Dockerfile, then all notebooks and browser tests; some minutes.
binder-check: system .venv/installed-all
	@$(PY) -m tests.binder.clean $(BINDER_ARGS)

bench: .venv/installed-all
	@$(PY) -m tests.benchmarks.run $(BENCH_ARGS)

# Leads the badges to the remote origin on GitHub, or to REPO=organisation/name, on mybinder.org.
badges: .venv/installed-core
	@$(PY) binder/badges.py $(if $(REPO),--repository "$(REPO)")

# The pictures of README and notebooks, from the running dashboards; after a change of how they look.
screenshots: system .venv/installed-all
	@$(PY) -m tests.browser.screenshots
