.PHONY: build test format run example load readme picture bench bench-build bench-peers peers side-by-side sanitize fuzz

build:
	swift build -c release

test:
	swift test -c release

format:
	swift format -i -r Sources Tests Package.swift

run:
	swift run -c release espalier run

# A program that uses the library, compiled and run on a model directory: make example MODEL=DIRECTORY
EXAMPLE = swift build -c release --package-path Examples/ReviewSorter --scratch-path .build-example
example:
	$(EXAMPLE)
	printf 'a fine film\ndull\nthe plot is a mess\n' | $$($(EXAMPLE) --show-bin-path)/ReviewSorter $(MODEL)

# `espalier serve` under load, by wrk: make load MODEL=DIRECTORY SENTENCES=FILE
load: build
	Benchmarks/serve/load.sh $(MODEL) $(SENTENCES)

# The table of both READMEs, from the results of the full run.
readme:
	docs/results/paste.sh

# The picture of both READMEs, from a report; needs Chromium.
REPORT ?= runs/quickstart/report
picture:
	docs/pictures/make.sh $(REPORT)

# Kernels against the machine's measured limits; writes this machine's section of docs/kernels.md.
bench: bench-build
	Benchmarks/.build/release/EspalierBench kernels --document docs/kernels.md \
	  --commit $$(git describe --always --dirty --abbrev=10) > /dev/null

# Espalier beside other engines; writes docs/results/peers. ARGUMENTS=--quick takes minutes, --isa avx2 leaves AVX-512 out.
PEERS = Benchmarks/.build/peers
bench-peers: bench-build $(PEERS)/venv/installed
	$(PEERS)/venv/bin/python Benchmarks/peers/compare.py --executable Benchmarks/.build/release/EspalierBench $(ARGUMENTS)

# The other engines alone, pinned, in a virtual environment that `espalier bench` finds.
peers: $(PEERS)/venv/installed

# Models of your own beside other engines: make side-by-side MODELS="DIR ..." ARGUMENTS="--shapes 1x32 --output bench".
ENGINES ?= espalier,onnxruntime,openvino,torch,ctranslate2
side-by-side: build peers
	.build/release/espalier bench $(MODELS) --engine $(ENGINES) $(ARGUMENTS)

$(PEERS)/venv/installed: Benchmarks/peers/requirements.txt
	python3 -m venv $(PEERS)/venv
	$(PEERS)/venv/bin/python -m pip install -q -r Benchmarks/peers/requirements.txt
	touch $@

# Without the cache: it doesn't notice files that are new in the package that this one benchmarks.
bench-build:
	swift build -c release --package-path Benchmarks --product EspalierBench --disable-build-manifest-caching

# Kernels, models and compression under the address sanitizer and that for undefined behaviour, which traps; the pool of
# threads under that for threads. XCTest, which none of these tests use, leaks by itself.
SANITIZE = swift test -c release --disable-xctest
ADDRESS = --sanitize=address -Xcc -fsanitize=undefined -Xcc -fsanitize-trap=undefined --scratch-path .build-asan
sanitize fuzz: export ESPALIER_CORE = 1
sanitize fuzz: export LSAN_OPTIONS = suppressions=$(CURDIR)/Tests/foundation-leaks.txt:print_suppressions=0
sanitize:
	$(SANITIZE) $(ADDRESS)
	$(SANITIZE) --sanitize=thread --scratch-path .build-tsan --filter WorkerPool

# Quantised directories with damage at random places, 20,000 and more of them, read and run under the address sanitizer.
fuzz:
	ESPALIER_MUTATIONS=7500 $(SANITIZE) $(ADDRESS) --filter "MutatedDirectory|FourBitModelTests/damage"
