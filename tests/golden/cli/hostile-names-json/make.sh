mkdir specs
printf 'a: ["##[error]\302\255"\n' >"specs/$(printf '\033[31m\302\233\007\342\200\256\n##[error]forged')".yaml
echo specs
