#!/usr/bin/env python3
"""Translates the kernels in a PTX file of nvcc to C++ that runs on the CPU.

    translate.py IN.ptx OUT.cpp

Every entry becomes a function over the emulated thread block of the tests (run_kernel) or over the place of one thread in
its grid (the for_each kernels), with a line that makes it known by the type of its kernel or body; see registers.hpp and
entries.hpp. An instruction that is not known here is an error that names it.
"""
import re
import subprocess
import sys

SHARED = 'u32(shared_window)'

CXX = {'b8': 'u8', 'u8': 'u8', 's8': 'i8', 'b16': 'u16', 'u16': 'u16', 's16': 'i16', 'b32': 'u32', 'u32': 'u32',
       's32': 'i32', 'b64': 'u64', 'u64': 'u64', 's64': 'i64', 'f32': 'float', 'f64': 'double', 'pred': 'bool'}
UNSIGNED = {'i8': 'u8', 'i16': 'u16', 'i32': 'u32', 'i64': 'u64'}
TWICE_AS_WIDE = {'i16': 'i32', 'u16': 'u32', 'i32': 'i64', 'u32': 'u64'}
COMPARISON = {'eq': '==', 'ne': '!=', 'lt': '<', 'le': '<=', 'gt': '>', 'ge': '>=',
              'lo': '<', 'ls': '<=', 'hi': '>', 'hs': '>='}
# Comparisons that also hold for NaN are the opposites of these.
UNORDERED = {'ltu': '>=', 'leu': '>', 'gtu': '<=', 'geu': '<', 'neu': '=='}
PRODUCTS = {'mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32': 'multiply_add_half',
            'mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32': 'multiply_add_bfloat16',
            'mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32': 'multiply_add_tf32'}
# Bits that change nothing here: how caches are used, and that a load is of memory that nobody writes.
HINTS = {'nc', 'volatile', 'relaxed', 'sys', 'gpu', 'L1::no_allocate', 'uni', 'sync', 'aligned'}


class Unknown(Exception):
    """An instruction or operand that is not translated."""


def split(operands):
    """Operands at commas outside braces and brackets."""
    parts, depth, current = [], 0, ''
    for character in operands:
        depth += (character in '{[') - (character in '}]')
        if character == ',' and depth == 0:
            parts.append(current.strip())
            current = ''
        else:
            current += character
    return parts + [current.strip()] if current.strip() else parts


def members(vector):
    return [part.strip() for part in vector.strip('{} ').split(',')]


def register(operand):
    match = re.fullmatch(r'%([a-zA-Z]+)(\d+)', operand)
    return f'{match[1]}[{match[2]}]' if match else None


def value(operand):
    if operand in ('%SP', '%SPL'):
        return operand[1:]
    if register(operand):
        return register(operand)
    match = re.fullmatch(r'%(tid|ctaid|ntid|nctaid)\.([xyz])', operand)
    if match:
        return f'{match[1]}_{match[2]}(place)'
    match = re.fullmatch(r'0f([0-9A-Fa-f]{8})', operand)
    if match:
        return f'std::bit_cast<float>(u32{{0x{match[1]}}})'
    match = re.fullmatch(r'0d([0-9A-Fa-f]{16})', operand)
    if match:
        return f'std::bit_cast<double>(u64{{0x{match[1]}}})'
    if re.fullmatch(r'-?\d+', operand):
        return f'literal({operand}LL)' if operand != '-9223372036854775808' else 'literal(INT64_MIN)'
    if 'sparseconv_shared_memory' in operand:
        return SHARED
    if operand.startswith('__local_depot'):
        return 'u64(reinterpret_cast<std::uintptr_t>(local))'
    match = re.search(r'_param_(\d+)$', operand)
    if match:
        return f'u64(reinterpret_cast<std::uintptr_t>(parameters[{match[1]}]))'
    raise Unknown('operand ' + operand)


def typed(cxx, operand):
    return f'as<{cxx}>({value(operand)})'


def address(operand, space, size='16'):
    match = re.fullmatch(r'\[([^\]+]+)(?:\+(-?\d+))?\]', operand)
    base, offset = value(match[1]), int(match[2] or 0)
    if space == 'shared':
        return f'shared_at(place, u32({base}) + u32({offset}), {size})'
    return f'at_address(u64({base}) + u64(i64({offset})))'


def put(target, expression):
    name = target[1:] if target in ('%SP', '%SPL') else register(target)
    if not name:
        raise Unknown('target ' + target)
    return f'put({name}, {expression});'


def pieces(kind, count):
    """The type of each part of a register that is taken apart."""
    return f'u{(32 if kind == "b32" else 64) // count}'


def memory(word, parts, operands):
    space = parts[1]
    if space not in ('global', 'shared', 'param', 'local', 'b8', 'b16', 'b32', 'b64', 'u8', 'u16', 'u32', 'u64', 's8',
                     's16', 's32', 's64', 'f32', 'f64'):
        raise Unknown('space ' + space)
    if set(parts[2:-1]) - {'v2', 'v4'}:
        raise Unknown('.'.join(parts))
    width = next((int(part[1]) for part in parts if part in ('v2', 'v4')), 1)
    cxx = CXX[parts[-1]]
    where, numbers = (operands[1], operands[0]) if word == 'ld' else (operands[0], operands[1])
    numbers = members(numbers) if width > 1 else [numbers]
    text = f'{{ auto* const at = {address(where, space, f"sizeof({cxx}) * {width}")}; check_aligned(at, sizeof({cxx}) * {width}); '
    for i, number in enumerate(numbers):
        if word == 'ld':
            text += put(number, f'load<{cxx}>(at, {i})') + ' '
        else:
            text += f'store<{cxx}>(at, {i}, {typed(cxx, number)}); '
    return text + '}'


def conversion(operation, parts, operands):
    rounded_pairs = {'cvt.rn.f16x2.f32': 'half', 'cvt.rn.bf16x2.f32': 'bfloat16'}
    if operation in rounded_pairs:  # the first source is the upper half
        return put(operands[0], f'place.template rounded_pair<{rounded_pairs[operation]}>'
                                f'({typed("float", operands[2])}, {typed("float", operands[1])})')
    if operation == 'cvt.rna.tf32.f32':
        return put(operands[0], f'place.round_to_tf32({typed("u32", operands[1])})')
    if operation == 'cvt.f32.f16':
        return put(operands[0], f'half_value({typed("u16", operands[1])})')
    to, source, modes = parts[-2], parts[-1], set(parts[1:-2])
    if to not in CXX or source not in CXX:
        raise Unknown(operation)
    number = typed(CXX[source], operands[1])
    for mode, function in (('rmi', 'floor'), ('rzi', 'trunc'), ('rpi', 'ceil'), ('rni', 'nearbyint')):
        if mode in modes:
            modes.remove(mode)
            number = f'std::{function}({number})'
    from_float, to_float = source.startswith('f'), to.startswith('f')
    whole = 'std::' in number
    if modes - {'rn'} or (from_float and not to_float and not whole):
        raise Unknown(operation)
    return put(operands[0], f'converted<{CXX[to]}>({number})')


def arithmetic(word, parts, operands):
    cxx = CXX.get(parts[-1])
    if cxx is None or set(parts[1:-1]) - {'lo', 'hi', 'wide', 'rn', 'approx'}:
        return None
    bits = UNSIGNED.get(cxx, cxx)  # sums and products wrap
    floating = cxx in ('float', 'double')
    target = operands[0]
    a = operands[1] if len(operands) > 1 else None
    b = operands[2] if len(operands) > 2 else None
    if word in ('add', 'sub') or (word == 'mul' and ('lo' in parts or floating)):
        sign = {'add': '+', 'sub': '-', 'mul': '*'}[word]
        return put(target, f'{bits}({typed(bits, a)} {sign} {typed(bits, b)})')
    if word == 'mul' and 'hi' in parts and cxx[1:] in ('32', '64'):
        return put(target, f'high_product<{cxx}>({typed(cxx, a)}, {typed(cxx, b)})')
    if word in ('mul', 'mad') and 'wide' in parts:
        wide = TWICE_AS_WIDE[cxx]
        text = f'{wide}({wide}({typed(cxx, a)}) * {wide}({typed(cxx, b)}))'
        if word == 'mad':
            sum_bits = UNSIGNED.get(wide, wide)
            text = f'{sum_bits}({sum_bits}({text}) + {typed(sum_bits, operands[3])})'
        return put(target, text)
    if word == 'mad' and 'lo' in parts:
        return put(target, f'{bits}({typed(bits, a)} * {typed(bits, b)} + {typed(bits, operands[3])})')
    if word == 'fma' and 'rn' in parts:
        return put(target, f'std::fma({typed(cxx, a)}, {typed(cxx, b)}, {typed(cxx, operands[3])})')
    if len(parts) > 2 and parts[1] not in ('rn',):
        return None
    if word in ('and', 'or', 'xor'):
        return put(target, f'{cxx}({typed(cxx, a)} {dict(zip(("and", "or", "xor"), "&|^"))[word]} {typed(cxx, b)})')
    if word == 'not':
        return put(target, f'{"!" if cxx == "bool" else "~"}{typed(cxx, a)}')
    if word == 'neg':
        return put(target, f'-{typed(cxx, a)}' if floating else f'{bits}(0 - {typed(bits, a)})')
    if word == 'abs':
        return put(target, f'std::fabs({typed(cxx, a)})' if floating else f'std::abs({typed(cxx, a)})')
    if word == 'sqrt':
        return put(target, f'std::sqrt({typed(cxx, a)})')
    if word == 'rcp' and 'rn' in parts:
        return put(target, f'{cxx}(1 / {typed(cxx, a)})')
    if word in ('shl', 'shr'):
        return put(target, f'shifted_{"left" if word == "shl" else "right"}<{cxx}>({typed(cxx, a)}, {typed("u32", b)})')
    if word in ('div', 'rem'):
        return put(target, f'{cxx}({typed(cxx, a)} {"/" if word == "div" else "%"} {typed(cxx, b)})')
    if word in ('min', 'max'):
        return put(target, f'{"std::f" if floating else "std::"}{word}({typed(cxx, a)}, {typed(cxx, b)})')
    if word == 'bfi':
        return put(target, f'bits_inserted<{bits}>({typed(bits, a)}, {typed(bits, b)}, {typed("u32", operands[3])}, '
                           f'{typed("u32", operands[4])})')
    if word == 'popc':
        return put(target, f'u32(std::popcount({typed(bits, a)}))')
    if word == 'clz':
        return put(target, f'u32(std::countl_zero({typed(bits, a)}))')
    return None


def instruction(operation, operands):
    parts = [part for i, part in enumerate(operation.split('.')) if i == 0 or part not in HINTS]
    word = parts[0]
    if word == 'ret':
        return 'return;'
    if word == 'bra':
        return f'goto {operands[0][1:]};'
    if operation == 'bar.sync' and operands == ['0']:
        return 'place.barrier();'
    if operation == 'cp.async.commit_group':
        return 'place.commit();'
    if operation == 'cp.async.wait_group':
        return f'place.template wait<{operands[0]}>();'
    if operation == 'cp.async.cg.shared.global' and operands[2] == '16':
        return (f'copy_async(place, {address(operands[0], "shared")}, {address(operands[1], "global")}, '
                f'{typed("u32", operands[3])});')
    if operation == 'ldmatrix.sync.aligned.m8n8.x4.shared.b16':
        targets = members(operands[0])
        return (f'{{ u32 loaded[4]; place.load_matrices(loaded, {address(operands[1], "shared")}); place.settle(); ' +
                ' '.join(put(target, f'loaded[{i}]') for i, target in enumerate(targets)) + ' }')
    if operation in PRODUCTS:
        targets, a, b, sums = map(members, operands)
        return ('{ float sums[4] = {' + ', '.join(typed('float', number) for number in sums) + '}; u32 const a[4] = {' +
                ', '.join(typed('u32', number) for number in a) + f'}}; place.{PRODUCTS[operation]}(sums, a, ' +
                ', '.join(typed('u32', number) for number in b) + '); place.settle(); ' +
                ' '.join(put(target, f'sums[{i}]') for i, target in enumerate(targets)) + ' }')
    if word in ('ld', 'st'):
        return memory(word, parts, operands)
    if word == 'atom' and parts[1] == 'global':
        cxx = CXX[parts[-1]]
        change = ', '.join(typed(cxx, operand) for operand in operands[2:])
        text = f'atomic_{parts[2]}<{cxx}>({address(operands[1], "global")}, {change})'
        return text + ';' if operands[0] == '_' else put(operands[0], text)
    if word == 'red' and parts[1] == 'global':
        cxx = CXX[parts[-1]]
        return f'atomic_{parts[2]}<{cxx}>({address(operands[0], "global")}, {typed(cxx, operands[1])});'
    if word == 'cvta' and not set(parts[1:-1]) - {'to', 'global', 'local', 'param'}:
        return put(operands[0], typed('u64', operands[1]))
    if word == 'mov':
        if operands[0].startswith('{'):
            targets = members(operands[0])
            part = pieces(parts[1], len(targets))
            return ' '.join(put(target, f'{part}({typed(CXX[parts[1]], operands[1])} >> {i * int(part[1:])})')
                            for i, target in enumerate(targets))
        if operands[1].startswith('{'):
            sources, cxx = members(operands[1]), CXX[parts[1]]
            part = pieces(parts[1], len(sources))
            return put(operands[0], ' | '.join(f'{cxx}({cxx}({typed(part, source)}) << {i * int(part[1:])})'
                                               for i, source in enumerate(sources)))
        return put(operands[0], typed(CXX[parts[-1]], operands[1]))
    if word == 'setp':
        cxx, test = CXX[parts[-1]], parts[1]
        a, b = typed(cxx, operands[1]), typed(cxx, operands[2])
        floating = cxx in ('float', 'double')
        if len(parts) > 3:
            raise Unknown(operation)
        if test in UNORDERED and floating:
            return put(operands[0], f'!({a} {UNORDERED[test]} {b})')
        if test == 'equ':
            return put(operands[0], f'!({a} < {b} || {a} > {b})')
        if test in ('nan', 'num'):
            return put(operands[0], f'{"" if test == "nan" else "!"}(std::isnan({a}) || std::isnan({b}))')
        if test == 'ne' and floating:
            return put(operands[0], f'({a} < {b} || {a} > {b})')
        if test in COMPARISON:
            return put(operands[0], f'{a} {COMPARISON[test]} {b}')
        raise Unknown(operation)
    if word == 'selp':
        cxx = CXX[parts[-1]]
        return put(operands[0], f'{value(operands[3])} ? {typed(cxx, operands[1])} : {typed(cxx, operands[2])}')
    if word == 'cvt':
        return conversion(operation, parts, operands)
    text = arithmetic(word, parts, operands)
    if text is None:
        raise Unknown(operation)
    return text


def statements(body):
    """The lines of an entry as C++."""
    for kind, prefix, count in re.findall(r'\.reg \.(\w+)\s+%(\w+)<(\d+)>;', body):
        yield f'{CXX[kind]} {prefix}[{count}]; static_cast<void>({prefix});'
    for name in re.findall(r'\.reg \.b64\s+%(SPL?);', body):
        yield f'u64 {name} = 0; static_cast<void>({name});'
    for alignment, size in re.findall(r'\.local \.align (\d+) \.b8\s+\w+\[(\d+)\];', body):
        yield f'alignas({alignment}) std::byte local[{size}];'
    for line in body.split('\n'):
        line = line.strip()
        if not line or line.startswith(('.reg', '.local', '//', '.pragma', '.loc')):
            continue
        label = re.fullmatch(r'\$(\w+):', line)
        if label:
            yield f'{label[1]}:;'
            continue
        # Inline assembly may hold several instructions in braces.
        several = line.count(';') > 1
        for part in line.strip('{} ').split(';') if several else [line.rstrip(';')]:
            part = part.strip()
            if not part:
                continue
            match = re.fullmatch(r'(?:@(!?)%(\w+?)(\d+)\s+)?([a-z][\w.:]*)\s*(.*)', part, re.S)
            if not match:
                raise Unknown('line ' + part)
            text = instruction(match[4], split(match[5]))
            yield f'if ({match[1]}{match[2]}[{match[3]}]) {{ {text} }}' if match[2] else text


def template_argument(name, kernel):
    """The type that a kernel is made for, as the C++ demangler of the tests writes it."""
    match = re.match(r'void sparseconv::v\w+::' + kernel + '<', name)
    if not match:
        return None
    depth, end = 1, match.end()
    while depth:
        depth += {'<': 1, '>': -1}.get(name[end], 0)
        end += 1
    argument = name[match.end():end - 1].strip()
    # What stands for the GPU's memory and atomics on the emulated device.
    argument = re.sub(r'sparseconv::v\w+::DeviceMemory\b', 'sparseconv::test::EmulatedMemory', argument)
    return re.sub(r'sparseconv::v\w+::CudaAtomics\b', 'sparseconv::test::EmulatedAtomics', argument)


def main(source, target):
    text = open(source).read()
    entries = re.findall(r'\.entry (\w+)\((.*?)\)(.*?)\n\{(.*?)\n\}', text, re.S)
    names = subprocess.run(['c++filt'], input='\n'.join(entry[0] for entry in entries), capture_output=True, text=True,
                           check=True).stdout.split('\n')
    lines = ['// Made by translate.py.', '#include "ptx/entries.hpp"', '#include "ptx/registers.hpp"',
             'namespace sparseconv::ptx {', 'namespace {']
    made = []
    for (_, signature, directives, body), name in zip(entries, names):
        for kernel, kind in (('run_kernel', 'test::EmulatedBlock&'), ('for_each_kernel', 'ThreadPlace const&'),
                             ('for_each_place_kernel', 'ThreadPlace const&')):
            what = template_argument(name, kernel)
            if what is None:
                continue
            if kernel != 'run_kernel' and re.search(r'\bfma\.rn\.f(32|64)', body):
                sys.exit(f'{source}: nvcc fused a product and a sum in {name}; say which is meant, with the words of '
                         'number/arithmetic.hpp')
            sizes = re.findall(r'\.b8 \w+\[(\d+)\]', signature)
            lines.append(f'// {name}')
            lines.append(f'void entry_{len(made)}({kind} place, std::byte const* const* parameters) {{')
            lines.append('  static_cast<void>(place); static_cast<void>(parameters);')
            try:
                lines.extend('  ' + statement for statement in statements(body))
            except Unknown as unknown:
                sys.exit(f'{source}: {unknown}, which translate.py does not know, in {name}')
            lines.append('}')
            threads = re.search(r'\.maxntid (\d+)', directives)[1]
            made.append((kernel, what, f'{sizes[-1]}, {threads}'))
    lines.append('}  // namespace')
    lines.append('void add_entries(Entries& entries) {')
    for number, (kernel, what, sizes) in enumerate(made):
        table = {'run_kernel': 'kernels', 'for_each_kernel': 'lists', 'for_each_place_kernel': 'tables'}[kernel]
        lines.append(f'  entries.{table}["{what}"] = {{&entry_{number}, {sizes}}};')
    lines += ['}', '}  // namespace sparseconv::ptx', '']
    open(target, 'w').write('\n'.join(lines))
    print(f'{target}: {len(made)} kernels of {len(entries)} entries')


if __name__ == '__main__':
    main(*sys.argv[1:])
