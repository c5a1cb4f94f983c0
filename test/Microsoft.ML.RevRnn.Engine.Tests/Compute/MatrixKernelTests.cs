using Microsoft.ML.RevRnn.Compute;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// The matrix kernel against <see cref="NaiveMatrix"/>, to the bit: so an element depends on its row and column alone, not on M, the tile,
/// a split of the rows, or the register width.
/// </summary>
[TestClass]
internal sealed unsafe class MatrixKernelTests
{
    private const int Guard = 32;
    private static readonly SimdWidth[] _widths = [SimdWidth.Bits512, SimdWidth.Bits256, SimdWidth.Bits128];

    [TestMethod]
    [DataRow(MatrixStart.Zero)]
    [DataRow(MatrixStart.BiasRow)]
    [DataRow(MatrixStart.Accumulate)]
    public void EveryNumberOfRows(MatrixStart start)
    {
        for (var m = 1; m <= 70; m++)
            Check(m, 37, 45, start, transposed: m % 2 == 0);
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    [DataRow(3)]
    [DataRow(15)]
    [DataRow(16)]
    [DataRow(127)]
    [DataRow(383)]
    [DataRow(384)]
    [DataRow(385)]
    [DataRow(511)]
    [DataRow(768)]
    [DataRow(769)]
    [DataRow(900)]
    public void EveryDepth(int k)
    {
        foreach (var start in Enum.GetValues<MatrixStart>())
        {
            foreach (var transposed in (bool[])[false, true])
            {
                foreach (var m in (int[])[1, 4, 25])
                    Check(m, k, 33, start, transposed);
            }
        }
    }

    [TestMethod]
    public void EveryNumberOfColumns()
    {
        for (var n = 1; n <= 130; n++)
            Check(5 + n % 9, 20, n, (MatrixStart)(n % 3), transposed: n % 2 == 0);
    }

    [TestMethod]
    public void DepthZeroGivesTheStart()
    {
        foreach (var start in Enum.GetValues<MatrixStart>())
            Check(13, 0, 40, start, transposed: false);
    }

    [TestMethod]
    public void APartOfThePackedMatrixCanBeUsed()
    {
        foreach (var (firstRow, rows) in ((int, int)[])[(0, 50), (7, 450), (449, 51), (499, 1)])
        {
            foreach (var firstColumn in (int[])[0, 32, 64, 96])
                Check(17, rows, 120, MatrixStart.Accumulate, transposed: false, packedRows: 500, firstRow: firstRow, firstColumn: firstColumn);
        }
    }

    [TestMethod]
    public void PackedTransposeIsTheTransposePacked()
    {
        foreach (var (rows, columns) in ((int, int)[])[(1, 1), (16, 32), (17, 33), (70, 45), (5, 130)])
        {
            using var source = Filled(rows * columns, 1);
            using var transposed = new NativeBuffer<float>(rows * columns);
            for (var i = 0; i < rows * columns; i++)
                transposed.Pointer[i % columns * rows + i / columns] = source.Pointer[i];
            foreach (var width in _widths)
            {
                using var one = new PackedMatrix(rows, columns, MatrixKernel.For(width));
                using var other = new PackedMatrix(rows, columns, MatrixKernel.For(width));
                one.Pack(source.Pointer, columns, 0, one.PanelCount);
                other.PackTransposed(transposed.Pointer, rows, 0, other.PanelCount);
                var length = rows * one.PaddedColumns;
                Near.AreSame(new(one.Panel(0), length), new(other.Panel(0), length), $"{rows} by {columns}, {width}");
            }
        }
    }

    private static void Check(
        int m, int k, int n, MatrixStart start, bool transposed, int packedRows = 0, int firstRow = 0, int firstColumn = 0)
    {
        packedRows = Math.Max(packedRows, Math.Max(k, 1));
        var columns = PackedMatrix.RoundUp(n) - firstColumn;
        var stride = columns + Guard;
        var aStride = (transposed ? m : k) + 3;
        using var a = Filled(Math.Max(1, (transposed ? k : m) * aStride), 2);
        using var b = Filled(packedRows * (n + 5), 3);
        using var bias = Filled(columns, 4);
        using var initial = Filled(m * stride, 5);
        var expected = new float[m * columns];
        for (var i = 0; i < m; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                var column = firstColumn + j;
                var from = start switch
                {
                    MatrixStart.Zero => 0,
                    MatrixStart.BiasRow => bias.Pointer[j],
                    _ => initial.Pointer[i * stride + j],
                };
                expected[i * columns + j] = NaiveMatrix.Element(k,
                    transposed ? a.Pointer + i : a.Pointer + i * aStride, transposed ? aStride : 1,
                    column < n ? b.Pointer + firstRow * (n + 5) + column : null, n + 5, from);
            }
        }
        foreach (var width in _widths)
        {
            var kernel = MatrixKernel.For(width);
            using var packed = new PackedMatrix(packedRows, n, kernel);
            packed.Pack(b.Pointer, n + 5, 0, packed.PanelCount);
            using var c = Filled(m * stride, 5);
            var from = start switch
            {
                MatrixStart.Zero => null,
                MatrixStart.BiasRow => bias.Pointer,
                _ => c.Pointer,
            };
            kernel.Multiply(m, k, a.Pointer, transposed ? 1 : aStride, transposed ? aStride : 1, packed, firstRow, firstColumn, columns,
                from, start == MatrixStart.Accumulate ? stride : 0, c.Pointer, stride);
            for (var i = 0; i < m; i++)
            {
                var row = c.Span.Slice(i * stride, stride);
                Near.AreSame(expected.AsSpan(i * columns, columns), row[..columns], $"row {i} of M {m}, K {k}, N {n}, {start}, {width}");
                Near.AreSame(initial.Span.Slice(i * stride + columns, Guard), row[columns..], $"beyond row {i} of M {m}, K {k}, N {n}, {width}");
            }
        }
    }

    [TestMethod]
    [DataRow(1)]
    [DataRow(16)]
    [DataRow(45)]
    public void PackingWithASumIsPackingAndASumRowByRow(int rows)
    {
        const int Stride = MatrixKernel.ColumnAlignment + 7;
        using var source = Filled(rows * Stride, 6);
        using var initial = Filled(MatrixKernel.ColumnAlignment, 7);
        var expected = initial.Span.ToArray();
        for (var r = 0; r < rows; r++)
        {
            for (var column = 0; column < expected.Length; column++)
                expected[column] += source.Pointer[r * Stride + column];
        }
        foreach (var width in _widths)
        {
            var kernel = MatrixKernel.For(width);
            using var plain = new PackedMatrix(rows, MatrixKernel.ColumnAlignment, kernel);
            using var packed = new PackedMatrix(rows, MatrixKernel.ColumnAlignment, kernel);
            using var sum = Filled(MatrixKernel.ColumnAlignment, 7);
            plain.Pack(source.Pointer, Stride, 0, plain.PanelCount);

            kernel.PackAndSum(source.Pointer, Stride, packed, sum.Pointer);

            var length = rows * MatrixKernel.ColumnAlignment;
            Near.AreSame(new ReadOnlySpan<float>(plain.Panel(0), length), new ReadOnlySpan<float>(packed.Panel(0), length), $"panels at {width}");
            Near.AreSame(expected, sum.Span, $"sum at {width}");
        }
    }

    [TestMethod]
    public void RowsWithASlotAreSummedAndTheOthersMovedTogether()
    {
        int[] slots = [1, -1, 0, 1, -1, -1, 1, 2];
        foreach (var width in _widths)
        {
            var kernel = MatrixKernel.For(width);
            var length = kernel.PanelWidth;
            using var panel = Filled(slots.Length * length, 8);
            using var sums = Filled(3 * length, 9);
            var (rows, expected) = (panel.Span.ToArray(), sums.Span.ToArray());
            var others = new List<float>();
            for (var r = 0; r < slots.Length; r++)
            {
                for (var column = 0; column < length; column++)
                {
                    if (slots[r] < 0)
                        others.Add(rows[r * length + column]);
                    else
                        expected[slots[r] * length + column] += rows[r * length + column];
                }
            }

            kernel.TakeRows(panel.Pointer, slots, sums.Pointer);

            Near.AreSame(expected, sums.Span, $"sums at {width}");
            Near.AreSame([.. others], panel.Span[..others.Count], $"others at {width}");
        }
    }

    private static NativeBuffer<float> Filled(int length, int seed)
    {
        var buffer = new NativeBuffer<float>(length);
        var random = new Random(seed);
        foreach (ref var value in buffer.Span)
            value = random.NextSingle() * 2 - 1;
        return buffer;
    }
}
