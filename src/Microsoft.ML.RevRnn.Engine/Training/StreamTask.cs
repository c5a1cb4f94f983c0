using Microsoft.ML.RevRnn.Compute;
using Microsoft.ML.RevRnn.Heads;

namespace Microsoft.ML.RevRnn.Training;

/// <summary>
/// Training of a language model on one long text that is cut into B contiguous streams, side by side, by truncated back-propagation: window after window,
/// the states going on from one to the next and the gradients not.
/// </summary>
internal sealed class StreamTask : NetworkTask
{
    private const int LeastEvaluationLength = 4096;
    private const int EvaluationWindow = 256;

    private readonly LanguageModelOptions _model;
    private readonly int[] _stream;
    private readonly int _rows;
    private readonly int _rowLength;
    private readonly int[] _validation;
    private readonly int _validationRows;
    private readonly int _validationRowLength;
    private readonly List<(int First, int Steps)> _windows = [];

    /// <param name="streams">The training tokens, and the held-back ones, which may be empty.</param>
    /// <param name="model">How windows are cut.</param>
    /// <param name="trainer">Trains on them.</param>
    /// <param name="objective">What is learned of them.</param>
    /// <param name="options">How to train.</param>
    /// <exception cref="ArgumentException">A window does not fit into the budget of memory.</exception>
    public StreamTask(
        (int[] Training, int[] Validation) streams, LanguageModelOptions model, INetworkTrainer trainer, Objective objective, TrainingOptions options)
        : base(trainer, objective, options)
    {
        _model = model;
        _stream = streams.Training;
        _validation = streams.Validation;
        // A window's last target lies behind it, so a stream needs one token more than it has steps.
        _rows = Math.Clamp((_stream.Length - 1) / model.WindowLength, 1, options.Rows);
        _rowLength = (_stream.Length - 1) / _rows;
        _validationRows = Math.Clamp((_validation.Length - 1) / LeastEvaluationLength, 1, options.Rows);
        _validationRowLength = Math.Max(0, _validation.Length - 1) / _validationRows;
        CheckBudget();
    }

    public override int ValidationBatchCount => (_validationRowLength + EvaluationWindow - 1) / EvaluationWindow;

    public override int BeginEpoch(ulong key)
    {
        _windows.Clear();
        for (var first = 0; first < _rowLength;)
        {
            var steps = Math.Min(_model.VariesWindowLength ? RandomLength(key, first) : _model.WindowLength, _rowLength - first);
            _windows.Add((first, steps));
            first += steps;
        }
        return _windows.Count;
    }

    public override long TokenCount(int batch) => (long)_rows * _windows[batch].Steps;

    /// <summary>A shorter window sums fewer losses, so its mean's gradient is noisier: the rate is in proportion to the length (Merity et al. 2017, section 5).</summary>
    public override float RateFactor(int batch) => _model.VariesWindowLength ? (float)_windows[batch].Steps / _model.WindowLength : 1;

    public override BatchResult Train(int batch, Shard shard, ulong seed)
    {
        var (firstRow, rows) = shard.OfRows(_rows);
        if (rows == 0)
            return default;
        var (first, steps) = _windows[batch];
        Batch.FillWindow(_stream.AsSpan(firstRow * _rowLength), rows, _rowLength, first, steps);
        return Trainer.Train(Batch, seed, continues: batch > 0);
    }

    public override BatchResult Evaluate(int batch, Shard shard)
    {
        var (firstRow, rows) = shard.OfRows(_validationRows);
        if (rows == 0)
            return default;
        var first = batch * EvaluationWindow;
        var steps = Math.Min(EvaluationWindow, _validationRowLength - first);
        Batch.FillWindow(_validation.AsSpan(firstRow * _validationRowLength), rows, _validationRowLength, first, steps);
        return Trainer.Evaluate(Batch, continues: batch > 0);
    }

    public override void AddTokens(int batch, IReadOnlyList<TokenUnion> unions)
    {
        var (first, steps) = _windows[batch];
        for (var row = 0; row < _rows; row++)
            unions[0].Add(_stream.AsSpan(row * _rowLength + first, steps));
    }

    public override void WriteIdentity(BinaryWriter writer)
    {
        Write(writer, _stream);
        Write(writer, _validation);
        writer.Write(_model.WindowLength);
        writer.Write(_model.VariesWindowLength);
        base.WriteIdentity(writer);
    }

    /// <summary>Normal with standard deviation 5 about the window's length, or in one of twenty cases about half of it; at least 5 (the authors' recipe).</summary>
    private int RandomLength(ulong key, int first)
    {
        var use = CounterRandom.Key(key, RandomUse.WindowLength, (ulong)first);
        var mean = CounterRandom.Uniform(use, 0) < 0.05f ? _model.WindowLength / 2.0 : _model.WindowLength;
        var radius = Math.Sqrt(-2 * HostMath.Log(1 - CounterRandom.Uniform(use, 1)));
        var normal = radius * HostMath.Cos(2 * Math.PI * CounterRandom.Uniform(use, 2));
        return Math.Clamp((int)(mean + 5 * normal), 5, 2 * _model.WindowLength);
    }

    private void CheckBudget()
    {
        var longest = Math.Min(_rowLength, _model.VariesWindowLength ? 2 * _model.WindowLength : _model.WindowLength);
        var rows = (_rows + Options.Shards - 1) / Options.Shards;
        if (Options.MemoryBudget is not { } budget || Trainer.LeastBytes(rows, longest) <= budget)
            return;
        throw new ArgumentException(
            $"{nameof(TrainingOptions.MemoryBudget)} is {budget} bytes; a window of {longest} steps of {rows} streams takes up to " +
            $"{Trainer.LeastBytes(rows, longest)}. Raise the budget, lower {nameof(TrainingOptions.BatchSize)} or {nameof(LanguageModelOptions.WindowLength)}, " +
            $"or set {nameof(TrainingOptions.ActivationStrategy)} to {ActivationStrategy.Auto}.");
    }
}
