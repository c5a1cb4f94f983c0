namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// A vector in double precision that knows what it was made of, so that gradients by whatever it hangs on follow: reverse accumulation, an operation a node. What is written in it reads as
/// the equations do, and its gradient cannot be wrong where its values are right.
/// </summary>
internal sealed class Variable
{
    private readonly Variable[] _of;
    private readonly Action<double[]>? _backward;
    private readonly int _depth;

    /// <param name="value">Its values.</param>
    public Variable(double[] value)
        : this(value, [], null)
    {
    }

    /// <param name="value">Its values.</param>
    /// <param name="of">What it was made of.</param>
    /// <param name="backward">Adds to the gradients by these, from that by it.</param>
    private Variable(double[] value, Variable[] of, Action<double[]>? backward)
    {
        Value = value;
        Gradient = new double[value.Length];
        _of = of;
        _backward = backward;
        _depth = of.Length == 0 ? 0 : 1 + of.Max(variable => variable._depth);
    }

    public double[] Value { get; }

    /// <summary>Of what was last gone back over, added up.</summary>
    public double[] Gradient { get; }

    public int Length => Value.Length;

    public static Variable operator +(Variable left, Variable right) => Pairs(left, right, (a, b) => a + b, (_, _) => 1, (_, _) => 1);

    public static Variable operator *(Variable left, Variable right) => Pairs(left, right, (a, b) => a * b, (_, b) => b, (a, _) => a);

    public static Variable operator -(double left, Variable right) => right.Map(b => left - b, (_, _) => -1);

    public static Variable operator *(double left, Variable right) => right.Map(b => left * b, (_, _) => left);

    public static Variable operator +(Variable left, double right) => left.Map(a => a + right, (_, _) => 1);

    public static Variable Zero(int length) => new(new double[length]);

    /// <summary>W v of W [out, in], row-major.</summary>
    public static Variable Product(Variable weights, Variable vector)
    {
        var (inputs, value) = (vector.Length, new double[weights.Length / vector.Length]);
        for (var i = 0; i < weights.Length; i++)
            value[i / inputs] += weights.Value[i] * vector.Value[i % inputs];
        return new Variable(value, [weights, vector], gradient =>
        {
            for (var i = 0; i < weights.Length; i++)
            {
                weights.Gradient[i] += gradient[i / inputs] * vector.Value[i % inputs];
                vector.Gradient[i % inputs] += gradient[i / inputs] * weights.Value[i];
            }
        });
    }

    /// <summary>W^T v of W [in, out], row-major: the sum of its rows, each times one of the vector's values.</summary>
    public static Variable TransposedProduct(Variable weights, Variable vector)
    {
        var (columns, value) = (weights.Length / vector.Length, new double[weights.Length / vector.Length]);
        for (var i = 0; i < weights.Length; i++)
            value[i % columns] += weights.Value[i] * vector.Value[i / columns];
        return new Variable(value, [weights, vector], gradient =>
        {
            for (var i = 0; i < weights.Length; i++)
            {
                weights.Gradient[i] += gradient[i % columns] * vector.Value[i / columns];
                vector.Gradient[i / columns] += gradient[i % columns] * weights.Value[i];
            }
        });
    }

    public static Variable Join(params Variable[] parts) => new([.. parts.SelectMany(part => part.Value)], parts, gradient =>
    {
        var start = 0;
        foreach (var part in parts)
        {
            for (var i = 0; i < part.Length; i++)
                part.Gradient[i] += gradient[start++];
        }
    });

    public Variable Slice(int start, int length) => new(Value[start..(start + length)], [this], gradient =>
    {
        for (var i = 0; i < length; i++)
            Gradient[start + i] += gradient[i];
    });

    public Variable Tanh() => Map(Math.Tanh, (_, y) => 1 - y * y);

    public Variable Sigmoid() => Map(a => 1 / (1 + Math.Exp(-a)), (_, y) => y * (1 - y));

    public Variable Softmax()
    {
        var largest = Value.Max();
        double[] weights = [.. Value.Select(value => Math.Exp(value - largest))];
        var sum = weights.Sum();
        double[] result = [.. weights.Select(weight => weight / sum)];
        return new Variable(result, [this], gradient =>
        {
            var mean = gradient.Zip(result, (a, b) => a * b).Sum();
            for (var i = 0; i < Length; i++)
                Gradient[i] += result[i] * (gradient[i] - mean);
        });
    }

    /// <summary>-log of the softmax at an index, of one value.</summary>
    public Variable CrossEntropy(int index) => Softmax().Slice(index, 1).Map(p => -Math.Log(p), (p, _) => -1 / p);

    /// <summary>All of it times one of another's values.</summary>
    public Variable Times(Variable weights, int index) => new([.. Value.Select(value => value * weights.Value[index])], [this, weights], gradient =>
    {
        for (var i = 0; i < Length; i++)
        {
            Gradient[i] += gradient[i] * weights.Value[index];
            weights.Gradient[index] += gradient[i] * Value[i];
        }
    });

    /// <summary>Sets the gradients of all that outputs were made of, from those by the outputs, which may be made of one another.</summary>
    public static void Backward(params (Variable Output, double[] Gradient)[] outputs)
    {
        var (all, open) = (new HashSet<Variable>(), new Stack<Variable>(outputs.Select(pair => pair.Output)));
        while (open.TryPop(out var variable))
        {
            if (!all.Add(variable))
                continue;
            Array.Clear(variable.Gradient);
            foreach (var part in variable._of)
                open.Push(part);
        }
        foreach (var (output, gradient) in outputs)
        {
            for (var i = 0; i < gradient.Length; i++)
                output.Gradient[i] += gradient[i];
        }
        foreach (var variable in all.OrderByDescending(variable => variable._depth))
            variable._backward?.Invoke(variable.Gradient);
    }

    private Variable Map(Func<double, double> value, Func<double, double, double> slope)
    {
        var result = Array.ConvertAll(Value, a => value(a));
        return new Variable(result, [this], gradient =>
        {
            for (var i = 0; i < Length; i++)
                Gradient[i] += gradient[i] * slope(Value[i], result[i]);
        });
    }

    private static Variable Pairs(
        Variable left, Variable right, Func<double, double, double> value, Func<double, double, double> ofLeft, Func<double, double, double> ofRight)
    {
        Assert.AreEqual(left.Length, right.Length);
        return new Variable([.. left.Value.Zip(right.Value, value)], [left, right], gradient =>
        {
            for (var i = 0; i < left.Length; i++)
            {
                left.Gradient[i] += gradient[i] * ofLeft(left.Value[i], right.Value[i]);
                right.Gradient[i] += gradient[i] * ofRight(left.Value[i], right.Value[i]);
            }
        });
    }
}
