#!/usr/bin/env bash
# The studies of validation.md, one command each, two cores: about two minutes a study where nothing else runs, Morse about four.
set -euo pipefail
study() { local name=$1; shift; scattershot validate --name "$name" --candidates 100 --seeds 3 --batch-size 128 "$@"; }
digits() { study "$1" --layers 784,112,10 --optimizer adam --learning-rate 0.003 "${@:2}"; }

study morse-0-adam --net morse --data morse:examples=200/40/100 --epochs 30 --optimizer adam --learning-rate 0.01
study morse-0-sgd --net morse --data morse:examples=150/30/100 --epochs 20 --optimizer sgd --learning-rate 1
study morse-1-adam --net morse --data morse:examples=150/30/100,noise=1 --epochs 20 --optimizer adam --learning-rate 0.01
study morse-1-sgd --net morse --data morse:examples=150/30/100,noise=1 --epochs 20 --optimizer sgd --learning-rate 1
digits mnist-12-1d --data mnist:train=10000 --fan-out 14,10 --epochs 15
digits mnist-12-2d --data mnist:train=10000,validation=2000 --fan-out 14,10 --shapes 28x28,112,10 --epochs 12
digits mnist-4-1d --data mnist:train=10000,validation=2000 --fan-out 4,10 --epochs 12
digits mnist-4-2d --data mnist:train=10000,validation=2000 --fan-out 4,10 --shapes 28x28,112,10 --epochs 12
digits fashion-12-1d --data fashion-mnist:train=10000,validation=2000 --fan-out 14,10 --epochs 12
digits fashion-12-2d --data fashion-mnist:train=10000,validation=2000 --fan-out 14,10 --shapes 28x28,112,10 --epochs 12
digits fashion-4-1d --data fashion-mnist:train=10000,validation=2000 --fan-out 4,10 --epochs 12
digits fashion-4-2d --data fashion-mnist:train=10000,validation=2000 --fan-out 4,10 --shapes 28x28,112,10 --epochs 12
study letters --layers 256,128,32 --fan-out 16,8 --used-outputs 26 --data letters:train=20000,validation=2000 --epochs 10 --optimizer adam --learning-rate 0.003
study spam --layers 1024,64,16 --fan-out 4,4 --used-outputs 2 --data spam --epochs 12 --optimizer adam --learning-rate 0.003
# The same question of Morse with all of its examples: fewer candidates, more data.
scattershot validate --name morse-0-whole --net morse --data morse --candidates 30 --seeds 2 --epochs 6 --batch-size 128 --optimizer adam --learning-rate 0.01
# Seed after seed until the answer is there.
study morse-0-adaptive --adaptive --net morse --data morse:examples=200/40/100 --epochs 30 --optimizer adam --learning-rate 0.01 --twins 0
