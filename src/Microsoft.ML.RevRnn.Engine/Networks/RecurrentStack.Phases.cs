using Microsoft.ML.RevRnn.Reversible;

namespace Microsoft.ML.RevRnn.Networks;

internal sealed unsafe partial class RecurrentStack
{
    /// <summary>What the workers do in each phase; made once, so that running a phase allocates nothing.</summary>
    private sealed class Phases
    {
        private readonly RecurrentStack _stack;

        public Phases(RecurrentStack stack)
        {
            _stack = stack;
            DropWeights = DropWeightsShare;
            DropWeightGradients = DropWeightGradientsShare;
            Pack = PackShare;
            Inputs = worker => InputShare(worker, training: false, multiply: true);
            TrainingInputs = worker => InputShare(worker, training: true, multiply: true);
            RepeatInputs = worker => InputShare(worker, training: true, multiply: false);
            Forward = ForwardShare;
            Reverse = ReverseShare;
            CountBits = CountShare;
            Backward = BackwardShare;
            Gradients = GradientShare;
            Scatter = ScatterShare;
        }

        public Action<int> DropWeights { get; }

        public Action<int> DropWeightGradients { get; }

        public Action<int> Pack { get; }

        public Action<int> Inputs { get; }

        public Action<int> TrainingInputs { get; }

        public Action<int> RepeatInputs { get; }

        public Action<int> Forward { get; }

        public Action<int> Reverse { get; }

        public Action<int> CountBits { get; }

        public Action<int> Backward { get; }

        public Action<int> Gradients { get; }

        public Action<int> Scatter { get; }

        private RecurrentLayer Layer => _stack._layers[_stack._layer];

        private LayerRecord Record => _stack.Record(_stack._layer, _stack._chunk);

        private void DropWeightsShare(int worker)
        {
            foreach (var layer in _stack._layers)
                layer.WeightDrop!.Apply(_stack._dropoutSeed, _stack._team, worker);
        }

        private void DropWeightGradientsShare(int worker)
        {
            foreach (var layer in _stack._layers)
                layer.WeightDrop!.ApplyToGradients(_stack._dropoutSeed, _stack._team, worker);
        }

        private void PackShare(int worker)
        {
            foreach (var layer in _stack._layers)
                layer.PackWeights(_stack._packForTraining, _stack._team, worker);
        }

        private void InputShare(int worker, bool training, bool multiply)
        {
            var (begin, end) = FlatShare(worker);
            if (begin == end)
                return;
            _stack.WriteInputs(training, begin, end);
            if (multiply)
                Layer.MultiplyInputs(Record, _stack.InputsOf(_stack._layer, training), begin, end);
        }

        private void ForwardShare(int worker)
        {
            var (begin, end) = RowShare(worker);
            Layer.Forward(_stack._chunk, Record, begin, end);
        }

        private void ReverseShare(int worker)
        {
            var (begin, end) = RowShare(worker);
            Layer.Reverse(_stack._chunk, Record, begin, end);
        }

        private void CountShare(int worker)
        {
            var (begin, end) = FlatShare(worker);
            _stack._optimalBits[worker] = Layer.OptimalBits(Record, begin, end);
        }

        private void BackwardShare(int worker)
        {
            var (begin, end) = RowShare(worker);
            Layer.Backward(_stack._chunk, Record, _stack._outputGradients[_stack._layer].Pointer,
                _stack.MaximumStateGradientNorm * _stack.LossScale, begin, end);
        }

        private void GradientShare(int worker)
        {
            var layer = _stack._layer;
            Layer.WeightGradient(_stack._chunk, Record, _stack.InputsOf(layer, training: true), _stack._team, worker);
            var (begin, end) = FlatShare(worker);
            if (begin == end)
                return;
            var gradient = layer == 0 ? _stack._embeddingGradient.Pointer : _stack._outputGradients[layer - 1].Pointer;
            Layer.InputGradient(Record, gradient, begin, end);
            _stack.PassSkips(gradient, begin, end);
        }

        private void ScatterShare(int worker)
        {
            var embedding = _stack._parameters.Embedding;
            var (begin, end) = _stack._team.Share(embedding.Stride, LostBitLanes.Count, worker);
            embedding.Scatter(_stack._chunk, _stack._embeddingGradient.Pointer, _stack._rates.Embedding, _stack.EmbeddingKey, begin, end);
        }

        /// <summary>A worker's part of the chunk's flat rows.</summary>
        private (int Begin, int End) FlatShare(int worker) => _stack._team.Share(_stack._chunk.FlatRows, 4, worker);

        /// <summary>A worker's part of the batch's rows, in whole blocks of the lost-bit store.</summary>
        private (int Begin, int End) RowShare(int worker) =>
            _stack._team.Share(_stack._chunk.ActiveRows(0), LostBitStore.RowsPerBlock, worker);
    }
}
