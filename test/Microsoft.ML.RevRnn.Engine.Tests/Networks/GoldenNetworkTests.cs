using Microsoft.ML.RevRnn.Cells;

namespace Microsoft.ML.RevRnn.Engine.Tests;

/// <summary>
/// Networks around cells, in double, against an independent implementation: what the engine's are in float in GoldenElmanTests, GoldenDeepTransitionTests, GoldenContextTests, BidirectionalTests,
/// TokenConnectivityTests and InformationFlowTests.
/// </summary>
[TestClass]
internal sealed class GoldenNetworkTests
{
    private const double Tolerance = GoldenEquations.Tolerance;

    [TestMethod]
    [GoldenFiles("elman_output_to_hidden", "free")]
    [GoldenFiles("elman_output_to_hidden", "teacher")]
    public void FromOutputToHidden(string name, string mode)
    {
        var file = GoldenFile.Load(name);
        var net = new GoldenEquations(file);
        var run = new GoldenRun(file, mode);
        Variable[] first = [.. Enumerable.Range(0, run.Rows).Select(row => new Variable(file.Numbers("o0", row)))];

        run.ForEachRow(row =>
        {
            var before = first[row];
            return (t, x) =>
            {
                var output = net.Affine("V", "c", (net.Affine("U", "b", x) + Variable.Product(net["W"], before)).Tanh());
                before = mode == "free" ? output : new Variable(file.Numbers("y", t, row));
                return output;
            };
        });

        run.Check();
        net.Check(mode);
        for (var row = 0; row < run.Rows; row++)
            Near.AreNear(file.Numbers(mode, "grad_o0", row), first[row].Gradient, Tolerance, $"gradient by the first output of row {row}");
    }

    [TestMethod]
    [GoldenFiles("elman_single_output")]
    public void WithASingleOutput(string name)
    {
        var file = GoldenFile.Load(name);
        var net = new GoldenEquations(file);
        var (rows, losses, inputs) = (file.Int("B"), new List<Variable>(), new List<Variable[]>());
        for (var row = 0; row < rows; row++)
        {
            inputs.Add([.. Enumerable.Range(0, file.Int("T")).Select(t => new Variable(file.Numbers("x", t, row)))]);
            var h = inputs[row].Take(file.Int("lengths", row)).Aggregate(Variable.Zero(file.Int("H")), (h, x) => (net.Affine("U", "b", x) + Variable.Product(net["W"], h)).Tanh());
            var scores = net.Affine("V", "c", h);
            Near.AreNear(file.Numbers("final", row), h.Value, Tolerance, $"last state of row {row}");
            Near.AreNear(file.Numbers("logits", row), scores.Value, Tolerance, $"scores of row {row}");
            losses.Add(scores.CrossEntropy(file.Int("labels", row)));
        }

        Variable.Backward([.. losses.Select(loss => (loss, new[] { 1.0 / rows }))]);

        Assert.AreEqual(file.Number("loss"), losses.Average(loss => loss.Value[0]), Tolerance);
        net.Check();
        for (var t = 0; t < file.Int("T"); t++)
            Near.AreNear(file.Numbers("grad_x", t), [.. inputs.SelectMany(row => row[t].Gradient)], Tolerance, $"gradient by the inputs of step {t}");
    }

    [TestMethod]
    [GoldenFiles("bidirectional_gru")]
    public void InTwoDirections(string name)
    {
        var file = GoldenFile.Load(name);
        var net = new GoldenEquations(file);
        var shape = new CellShape(CellKind.GruResetAfter, file.Int("I"), file.Int("H"));
        var (forward, backward) = (net.Layer(shape, suffix: "_l0"), net.Layer(shape, suffix: "_l0_reverse"));
        var outputs = new List<(Variable, double[])>();
        var inputs = new List<Variable[]>();
        for (var row = 0; row < file.Int("B"); row++)
        {
            inputs.Add([.. Enumerable.Range(0, file.Int("T")).Select(t => new Variable(file.Numbers("x", t, row)))]);
            var read = inputs[row][..file.Int("lengths", row)];
            Variable[] there = [.. forward.Run(read).Select(states => states[0])];
            Variable[] back = [.. backward.Run(read.Reverse()).Select(states => states[0]).Reverse()];
            Near.AreNear(file.Numbers("hn", 0, row), there[^1].Value, Tolerance, $"last state of row {row}");
            Near.AreNear(file.Numbers("hn", 1, row), back[0].Value, Tolerance, $"last state of row {row}, backwards");
            for (var t = 0; t < read.Length; t++)
            {
                var output = Variable.Join(there[t], back[t]);
                Near.AreNear(file.Numbers("out", t, row), output.Value, Tolerance, $"output of step {t}, row {row}");
                outputs.Add((output, file.Numbers("loss_weight_out", t, row)));
            }
        }

        Variable.Backward([.. outputs]);

        net.CheckLayer(forward, "_l0");
        net.CheckLayer(backward, "_l0_reverse");
        for (var t = 0; t < file.Int("T"); t++)
            Near.AreNear(file.Numbers("grad_x", t), [.. inputs.SelectMany(row => row[t].Gradient)], Tolerance, $"gradient by the inputs of step {t}");
    }

    [TestMethod]
    [GoldenFiles("deep_transition_rnn", "no_skip")]
    [GoldenFiles("deep_transition_rnn", "skip")]
    public void DeepWithinAStep(string name, string mode)
    {
        var file = GoldenFile.Load(name);
        var net = new GoldenEquations(file);
        var run = new GoldenRun(file, mode);
        Variable[] states = [.. Enumerable.Range(0, run.Rows).Select(row => new Variable(file.Numbers("h0", row)))];
        Variable[] first = [.. states];

        run.ForEachRow(row => (t, x) =>
        {
            var s = net.Affine("t1.weight", "t1.bias", Variable.Join(net.Affine("in.weight", "in.bias", x).Tanh(), states[row])).Tanh();
            var sum = net.Affine("t2.weight", "t2.bias", s);
            states[row] = (mode == "skip" ? sum + Variable.Product(net["skip.weight"], states[row]) : sum).Tanh();
            Near.AreNear(file.Numbers(mode, "states", t, row), states[row].Value, Tolerance, $"state after step {t}, row {row}");
            return net.Affine("out2.weight", "out2.bias", net.Affine("out1.weight", "out1.bias", states[row]).Tanh());
        }, row => [(states[row], file.Numbers("loss_weight_final", row))]);

        run.Check();
        net.Check(mode);
        for (var row = 0; row < run.Rows; row++)
            Near.AreNear(file.Numbers(mode, "grad_h0", row), first[row].Gradient, Tolerance, $"gradient by the first state of row {row}");
    }

    [TestMethod]
    [GoldenFiles("vector_to_sequence", "initial")]
    [GoldenFiles("vector_to_sequence", "each_step")]
    [GoldenFiles("vector_to_sequence", "both")]
    public void FromAVectorToASequence(string name, string mode)
    {
        var file = GoldenFile.Load(name);
        var net = new GoldenEquations(file);
        var run = new GoldenRun(file, mode);
        Variable[] contexts = [.. Enumerable.Range(0, run.Rows).Select(row => new Variable(file.Numbers("context", row)))];

        run.ForEachRow(row =>
        {
            var h = mode == "each_step" ? Variable.Zero(file.Int("H")) : net.Affine("S.weight", "S.bias", contexts[row]).Tanh();
            return (_, x) =>
            {
                var sum = net.Affine("U", "b", x) + Variable.Product(net["W"], h);
                h = (mode == "initial" ? sum : sum + Variable.Product(net["R"], contexts[row])).Tanh();
                return net.Affine("V", "c", h);
            };
        });

        run.Check();
        net.Check(mode);
        for (var row = 0; row < run.Rows; row++)
            Near.AreNear(file.Numbers(mode, "grad_context", row), contexts[row].Gradient, Tolerance, $"gradient by the context of row {row}");
    }

    [TestMethod]
    [GoldenFiles("connectivity_gru")]
    public void WhatAScoreHangsOn(string name)
    {
        var file = GoldenFile.Load(name);
        var net = new GoldenEquations(file);
        var (width, outcomes) = (file.Int("D"), file.Int("K"));
        Variable[] read = [.. file.Numbers("source").Select(token => new Variable(file.Numbers("embedding", (int)token)))];
        Variable[] top = read;
        for (var layer = 0; file.Has("params", $"l{layer}.gates.kernel"); layer++)
            top = [.. net.Layer(new CellShape(CellKind.Gru, top[0].Length, file.Int("H")), suffix: $"l{layer}.").Run(top).Select(states => states[0])];
        var kernel = file.Numbers("params", "dense.kernel");
        var dense = new Variable([.. kernel.Select((_, i) => kernel[i % (kernel.Length / outcomes) * outcomes + i / (kernel.Length / outcomes)])]);

        foreach (var (to, h) in top.Index())
        {
            var scores = Variable.Product(dense, h) + net["dense.bias"];
            Near.AreNear(file.Numbers("logits", to), scores.Value, Tolerance, $"scores of output {to}");

            Variable.Backward((scores.Slice(file.Int("target", to), 1), [1.0]));

            // What does not come before it keeps the gradient of an output before.
            double[][] gradients = [.. read.Select((vector, t) => t <= to ? vector.Gradient : new double[width])];
            double[] squares = [.. gradients.Select(gradient => Enumerable.Range(0, file.Int("V")).Sum(v => Math.Pow(file.Numbers("embedding", v).Zip(gradient, (e, g) => e * g).Sum(), 2)))];
            Near.AreNear(file.Numbers("connectivity_sq", to), squares, Tolerance, $"squares of output {to}");
            Near.AreNear(file.Numbers("connectivity_norm", to), Array.ConvertAll(squares, Math.Sqrt), Tolerance, $"norms of output {to}");
            Near.AreNear(file.Numbers("grad_emb_norm", to), [.. gradients.Select(gradient => Math.Sqrt(gradient.Sum(g => g * g)))], Tolerance, $"norms by vectors of output {to}");
        }
    }

    [TestMethod]
    [GoldenFiles("information_flow_omega")]
    public void WhatIsLostOfAGradientFromStepToStep(string name)
    {
        var file = GoldenFile.Load(name);
        var (steps, rows, units) = (file.Int("T"), file.Int("B"), file.Int("H"));
        // The file's gradients are of W only, under a name of its own.
        Variable Weights(string of) => new(file.Numbers("params", of));
        var (w, u, b, v, c) = (Weights("W"), Weights("U"), Weights("b"), Weights("V"), Weights("c"));
        var (states, errors) = (new Variable[rows][], new Variable[rows]);
        for (var row = 0; row < rows; row++)
        {
            var h = Variable.Zero(units);
            states[row] = [.. Enumerable.Range(0, steps).Select(t => h = (Variable.Product(u, new Variable(file.Numbers("x", t, row))) + Variable.Product(w, h) + b).Tanh())];
            errors[row] = Variable.Product(v, h) + c + -1 * new Variable(file.Numbers("target", row));
        }

        Variable.Backward([.. errors.Select(error => (error * error, error.Value.Select(_ => 1.0 / rows).ToArray()))]);

        Assert.AreEqual(file.Number("loss"), errors.Sum(error => error.Value.Sum(value => value * value)) / rows, Tolerance);
        Near.AreNear(file.Numbers("grad_W_loss"), w.Gradient, Tolerance, "gradient by W");
        var (written, coded, counted) = (new Flow(units), new Flow(units), 0.0);
        for (var t = 0; t < steps; t++)
        {
            Near.AreNear(file.Numbers("states", t), [.. states.SelectMany(row => row[t].Value)], Tolerance, $"states after step {t}");
            Near.AreNear(file.Numbers("grad_states", t), [.. states.SelectMany(row => row[t].Gradient)], Tolerance, $"gradient by the states after step {t}");
            foreach (var row in states)
            {
                var g = row[t].Gradient;
                double[] d = [.. g.Zip(row[t].Value, (g, h) => g * (1 - h * h))];
                double[] passed = [.. Enumerable.Range(0, units).Select(j => Enumerable.Range(0, units).Sum(i => w.Value[i * units + j] * d[i]))];
                var (ofG, ofV) = (g.Sum(value => value * value), passed.Sum(value => value * value));
                var (q, r) = (ofV / ofG, Math.Sqrt(ofV / ofG));
                written.Add((r - 1) * (r - 1) / rows, 2 * (r - 1) / Math.Sqrt(ofG * ofV) / rows, d, passed);
                if (ofG < 1e-20)
                    continue;
                coded.Add((q - 1) * (q - 1) / rows, 4 * (q - 1) / ofG / rows, d, passed);
                counted += 1.0 / rows;
            }
        }
        written.Check(file, "norms_as_written", 1);
        coded.Check(file, "squared_norms_as_coded", counted);
    }

    /// <summary>Omega, and its immediate gradient by W.</summary>
    private sealed class Flow(int units)
    {
        private readonly double[] _gradient = new double[units * units];
        private double _omega;

        public void Add(double term, double slope, double[] d, double[] v)
        {
            _omega += term;
            for (var i = 0; i < _gradient.Length; i++)
                _gradient[i] += slope * d[i / units] * v[i % units];
        }

        public void Check(GoldenFile file, string form, double divisor)
        {
            Assert.AreEqual(file.Number(form, "omega"), _omega / divisor, Tolerance, form);
            Near.AreNear(file.Numbers(form, "grad_W_immediate"), Array.ConvertAll(_gradient, value => value / divisor), Tolerance, $"gradient of {form}");
        }
    }
}
